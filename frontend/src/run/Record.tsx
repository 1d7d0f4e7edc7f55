import { bytes, count, figure, words } from '../plot/numbers';
import { stateName } from '../components/StateBadge';
import type { Checkpoint, Run, Schema } from '../api/wire';
import type { Note } from '../stream/fold';
import { someTensors } from './NonFiniteNotice';
import { ForkRun } from './ForkRun';

/** Entries shown; the whole log is one link away. */
const SHOWN = 60;

interface Props {
  run: Run;
  schema: Schema | undefined;
  notes: readonly Note[];
  /** Those that are kept: with them another run can begin. */
  checkpoints: readonly Checkpoint[];
}

/** What happened to the run, newest first: states, commands, checkpoints. */
export function Record({ run, schema, notes, checkpoints }: Props) {
  const kept = new Set(checkpoints.map(({ sha256 }) => sha256));
  const newest = notes.slice(-SHOWN).reverse();
  return (
    <section class="panel" aria-labelledby="record">
      <h2 id="record">Record</h2>
      <ol class="record">
        {newest.map((note) => (
          <li key={note.event.seq} class={note.superseded ? 'superseded' : ''}>
            <span class="hint">
              step {count(note.event.step)} · <time dateTime={note.event.at}>{new Date(note.event.at).toLocaleTimeString()}</time>
            </span>
            <span>
              {tell(note, notes)}
              {note.superseded && ' (superseded)'}
              {schema && note.event.type === 'checkpoint' && kept.has(note.event.data.sha256) && !note.superseded && (
                <ForkRun run={run} schema={schema} step={note.event.data.step} />
              )}
            </span>
          </li>
        ))}
      </ol>
      <p class="hint">
        <a href={`/api/v1/runs/${encodeURIComponent(run.id)}/events`} target="_blank" rel="noreferrer">
          Full log
        </a>
      </p>
    </section>
  );
}

function tell({ event }: Note, notes: readonly Note[]): string {
  switch (event.type) {
    case 'run.state':
      return stateName(event.data.state) + (event.data.reason ? `: ${event.data.reason}` : '');
    case 'run.resumed':
      return `${hasRun(event.seq, notes) ? 'resumed' : 'started'} from step ${count(event.data.fromStep)}`;
    case 'non-finite':
      return `values are no longer finite: ${someTensors(event.data)}`;
    case 'checkpoint':
      return `checkpoint, ${bytes(event.data.bytes)}`;
    case 'command.applied':
      return event.data.parameters && event.data.type === 'set'
        ? `set ${Object.entries(event.data.parameters).map(([name, value]) => `${words(name)} to ${shown(value)}`).join(', ')}`
        : words(event.data.type) + (event.data.checkpoint === undefined ? '' : ` the checkpoint of step ${count(event.data.checkpoint)}`);
  }
}

/** Whether the run was running before an event: a fork or an import starts from a checkpoint as well. */
function hasRun(seq: number, notes: readonly Note[]): boolean {
  return notes.some(({ event }) => event.seq < seq && event.type === 'run.state' && event.data.state === 'RUNNING');
}

function shown(value: unknown): string {
  return typeof value === 'number' ? figure(value) : String(value);
}
