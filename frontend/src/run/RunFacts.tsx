import type { Run } from '../api/wire';
import { words } from '../plot/numbers';

/** With what the run was started. */
export function RunFacts({ run }: { run: Run }) {
  const facts: [string, string | number][] = [
    ['preset', run.preset],
    ['seed', run.seed],
    ...Object.entries(run.params).map(([name, value]): [string, string] => [words(name), value === '' ? '–' : String(value)]),
    ['started', run.startedAt ? new Date(run.startedAt).toLocaleString() : 'not yet'],
    ['id', run.id],
  ];
  return (
    <details class="panel">
      <summary>
        <h2>Set-up</h2>
      </summary>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
