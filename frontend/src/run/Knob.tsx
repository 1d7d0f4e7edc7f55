import { useEffect, useState } from 'preact/hooks';
import { command } from '../api/client';
import { messagesByField, ProblemError } from '../api/problem';
import type { ParameterValue } from '../api/wire';
import { rangeOf, valueOf, type Field } from '../form/fields';
import { count, words } from '../plot/numbers';

interface Props {
  run: string;
  field: Field;
  /** What is in force. */
  value: ParameterValue;
  sent: boolean;
  appliedAt: number | undefined;
  onSent: (commandId: string) => void;
}

/** One parameter of a run, to be turned: halved and doubled, or set. */
export function Knob({ run, field, value, sent, appliedAt, onSent }: Props) {
  const { name, schema } = field;
  const [entry, setEntry] = useState(String(value));
  const [error, setError] = useState<string>();
  useEffect(() => setEntry(String(value)), [value]);

  const set = async (text: string) => {
    setEntry(text);
    setError(undefined);
    try {
      const accepted = await command(run, { type: 'set', params: { [name]: valueOf(schema, text) } });
      onSent(accepted.id);
    } catch (failure) {
      const messages = failure instanceof ProblemError ? messagesByField(failure.problem.errors) : {};
      setError(messages[name] ?? (failure instanceof Error ? failure.message : String(failure)));
    }
  };
  const times = (factor: number) => {
    const next = Number(value) * factor;
    return String(schema.type === 'integer' ? Math.max(schema.minimum ?? 1, Math.round(next)) : Number(next.toPrecision(6)));
  };
  const id = `knob-${name}`;
  return (
    <form
      class="knob"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void set(entry);
      }}
    >
      <label for={id}>{words(name)}</label>
      <div class="row tight">
        <button type="button" aria-label={`Halve ${words(name)}`} onClick={() => void set(times(1 / 2))}>
          ÷2
        </button>
        <input
          id={id}
          name={name}
          inputMode="decimal"
          autocomplete="off"
          value={entry}
          aria-invalid={error !== undefined}
          aria-describedby={`${id}-about`}
          onInput={(event) => setEntry(event.currentTarget.value)}
        />
        <button type="button" aria-label={`Double ${words(name)}`} onClick={() => void set(times(2))}>
          ×2
        </button>
        <button type="submit" class="primary" disabled={entry === String(value)}>
          Set
        </button>
      </div>
      <p id={`${id}-about`} class="hint">
        {schema.description} ({rangeOf(schema)})
      </p>
      <p class={error ? 'field-error' : 'hint applied'} role="status">
        {error ?? (appliedAt === undefined ? sent && 'sent, not applied yet …' : `applied at step ${count(appliedAt)}`)}
      </p>
    </form>
  );
}
