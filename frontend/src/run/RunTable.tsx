import type { Run } from '../api/wire';
import { Link } from '../components/Link';
import { StateBadge } from '../components/StateBadge';
import { count, duration, figure, words } from '../plot/numbers';

/** Figures named in a row. */
const FIGURES = 3;

/** Runs, one a row; on a narrow screen one a card. */
export function RunTable({ runs }: { runs: readonly Run[] }) {
  return (
    <table class="runs">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Step</th>
          <th scope="col">Metrics</th>
          <th scope="col">Created</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td data-label="Run">
              <Link href={`/runs/${encodeURIComponent(run.id)}`}>{run.name || run.id}</Link>
              <span class="hint">
                {run.recipe} · {run.preset}
              </span>
            </td>
            <td data-label="State">
              <StateBadge state={run.state} />
            </td>
            <td data-label="Step" class="number">
              {count(run.step)}
              {run.steps > 0 && <span class="hint"> of {count(run.steps)}</span>}
            </td>
            <td data-label="Figures">
              {Object.entries(run.metrics)
                .slice(0, FIGURES)
                .map(([name, value]) => (
                  <span key={name} class="figure">
                    {words(name)} <b>{figure(value)}</b>
                  </span>
                ))}
            </td>
            <td data-label="Created">
              <time dateTime={run.createdAt}>{new Date(run.createdAt).toLocaleString()}</time>
            </td>
            <td data-label="Took">{took(run)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function took(run: Run): string {
  if (!run.startedAt) {
    return '–';
  }
  return duration((run.endedAt ? Date.parse(run.endedAt) : Date.now()) - Date.parse(run.startedAt));
}
