import { useEffect, useRef, useState } from 'preact/hooks';
import { command } from '../api/client';
import { messagesByField, ProblemError } from '../api/problem';
import type { Run, Schema } from '../api/wire';
import { Failure } from '../components/Failure';
import { changesOf, entriesOf, fieldsOf, type Entries } from '../form/fields';
import { ParameterField } from '../form/ParameterField';
import { count } from '../plot/numbers';
import { navigate } from '../router';

interface Props {
  run: Run;
  schema: Schema;
  /** The step of the checkpoint that the other run begins with. */
  step: number;
}

/** Starts another run from a checkpoint of this one, with knobs turned: what if? */
export function ForkRun(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet" aria-label={`Fork at step ${count(props.step)} …`} onClick={() => setOpen(true)}>
        fork …
      </button>
      {open && <ForkDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ForkDialog({ run, schema, step, onClose }: Props & { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const fields = fieldsOf(schema).filter((field) => field.schema['x-turnable']);
  const originals = entriesOf(fields, run.params);
  const [changed, setChanged] = useState<Entries>({});
  const [error, setError] = useState<unknown>();
  const entries = { ...originals, ...changed };
  const messages = error instanceof ProblemError ? messagesByField(error.problem.errors) : {};
  const fork = async () => {
    try {
      const { run: other } = await command(run.id, { type: 'fork', step, params: changesOf(fields, entries, run.params) });
      navigate(`/runs/${encodeURIComponent(other!)}`);
    } catch (failure) {
      setError(failure);
    }
  };
  const title = `fork-${step}`;
  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void fork();
        }}
      >
        <h2 id={title}>Another run from step {count(step)}</h2>
        <p>The new run starts from this checkpoint, with the current settings of this run. Change what should be different.</p>
        {fields.map((field) => (
          <ParameterField
            key={field.name}
            field={field}
            entry={entries[field.name] ?? ''}
            original={originals[field.name] ?? ''}
            error={messages[field.name]}
            onEntry={(entry) => setChanged((before) => ({ ...before, [field.name]: entry }))}
          />
        ))}
        {error !== undefined && Object.keys(messages).length === 0 && <Failure error={error} />}
        <div class="row">
          <button type="button" onClick={() => dialog.current!.close()}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Start it
          </button>
        </div>
      </form>
    </dialog>
  );
}
