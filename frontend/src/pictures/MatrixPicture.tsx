import { colorAt, extent, SEQUENTIAL, sequential } from '../plot/colormap';
import { figure } from '../plot/numbers';
import type { MatrixData } from '../stream/events';

/** A table of numbers with named rows and columns, coloured by value. */
export function MatrixPicture({ title, matrix }: { title: string; matrix: MatrixData }) {
  const scale = sequential(...extent(matrix.values.flat().map((value) => value ?? NaN)));
  const look = (value: number | null) => {
    if (value === null) {
      return {};
    }
    const t = scale(value);
    return { background: `rgb(${colorAt(SEQUENTIAL, t).join(' ')})`, color: t > 0.55 ? '#14181f' : '#ffffff' };
  };
  return (
    <figure class="scrolls" tabIndex={0}>
      <table class="matrix">
        <caption>{title}</caption>
        <thead>
          <tr>
            <td />
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
                const value = matrix.values[y]?.[x] ?? null;
                return (
                  <td key={column} style={look(value)}>
                    {figure(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
