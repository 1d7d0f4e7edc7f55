import { useState } from 'preact/hooks';
import type { Parameters, Schema } from '../api/wire';
import { fieldsOf } from '../form/fields';
import { isIdle } from '../race/lanes';
import type { Note } from '../stream/fold';
import { Knob } from './Knob';

interface Props {
  run: string;
  schema: Schema;
  params: Parameters;
  notes: readonly Note[];
}

/** The parameters that can be turned while the run trains. */
export function Knobs({ run, schema, params, notes }: Props) {
  // The command that each knob sent last, to find its answer in the record.
  const [sent, setSent] = useState<Readonly<Record<string, string>>>({});
  const turnable = fieldsOf(schema).filter((field) => field.schema['x-turnable'] && !isIdle(field.name, params['lanes']));
  if (turnable.length === 0) {
    return null;
  }
  const appliedAt = (name: string): number | undefined => {
    const applied = notes.find(({ event }) => event.type === 'command.applied' && event.data.id === sent[name]);
    return applied?.event.type === 'command.applied' ? applied.event.data.step : undefined;
  };
  return (
    <section class="panel" aria-labelledby="knobs">
      <h2 id="knobs">Change while it runs</h2>
      {turnable.map((field) => (
        <Knob
          key={field.name}
          run={run}
          field={field}
          value={params[field.name] ?? ''}
          sent={sent[field.name] !== undefined}
          appliedAt={appliedAt(field.name)}
          onSent={(id) => setSent((before) => ({ ...before, [field.name]: id }))}
        />
      ))}
    </section>
  );
}
