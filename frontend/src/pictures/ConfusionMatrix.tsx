import type { MatrixData } from '../stream/events';
import { figure } from '../plot/numbers';
import { cellsOf, worstMistakes } from './confusion';

/** Mistakes that are told in words. */
const TOLD = 3;

/** What was taken for what: a row for each true class, a column for each that was read. Only mistakes are coloured. */
export function ConfusionMatrix({ matrix }: { matrix: MatrixData }) {
  const cells = cellsOf(matrix);
  const worst = worstMistakes(matrix, TOLD);
  return (
    <figure class="confusion">
      <div class="scrolls" tabIndex={0} role="region" aria-label="Confusion matrix">
        <table>
          <caption>Confusion matrix</caption>
          <thead>
            <tr>
              <td class="corner">
                <span aria-hidden="true">true ↓ read →</span>
              </td>
              {matrix.columns.map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map((row, y) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {matrix.columns.map((column, x) => {
                  const { count, share, heat } = cells[y]![x]!;
                  const right = x === y;
                  return (
                    <td
                      key={column}
                      class={right ? 'right' : heat > 0.55 ? 'hot' : ''}
                      style={right ? {} : { '--heat': heat }}
                      title={`${row} read as ${column}: ${figure(count)} times, ${percent(share)}`}
                    >
                      {right ? percent(share) : count > 0 ? figure(count) : ''}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        The diagonal shows the share of correct answers, the other cells how often one was mistaken for another.
        {worst.length > 0 && ` Most often: ${worst.map(({ row, column, count }) => `${row} read as ${column} (${figure(count)} ×)`).join(', ')}.`}
      </p>
    </figure>
  );
}

/** A share in whole percent, but never 100 where something is wrong. */
function percent(share: number): string {
  return `${share < 1 ? Math.min(99, Math.round(100 * share)) : 100}%`;
}
