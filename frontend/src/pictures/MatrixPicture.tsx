import { colorAt, diverging, DIVERGING_DARK, DIVERGING_LIGHT, extent, isBright, SEQUENTIAL, sequential } from '../plot/colormap';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { MatrixData } from '../stream/events';

/** A table of numbers with named rows and columns, coloured by value. */
export function MatrixPicture({ title, matrix }: { title: string; matrix: MatrixData }) {
  const { dark } = useTheme();
  const [low, high] = extent(matrix.values.flat().map((value) => value ?? NaN));
  const reach = Math.max(-low, high);
  const [map, scale] =
    low < 0 && high > 0 ? [dark ? DIVERGING_DARK : DIVERGING_LIGHT, diverging(0, reach, reach)] : [SEQUENTIAL, sequential(low, high)];
  const look = (value: number | null) => {
    if (value === null) {
      return {};
    }
    const color = colorAt(map, scale(value));
    return { background: `rgb(${color.join(' ')})`, color: isBright(color) ? '#14181f' : '#ffffff' };
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
