import type { FieldData } from '../stream/events';

/** The value of a field at a point, read off between its four neighbours on the grid; undefined outside of it. */
export function valueAt(field: FieldData, x: number, y: number): number | undefined {
  const { x0, x1, y0, y1, width, height, values } = field;
  const column = ((x - x0) / (x1 - x0)) * (width - 1);
  const row = ((y - y0) / (y1 - y0)) * (height - 1);
  if (!values || !(column >= 0 && column <= width - 1 && row >= 0 && row <= height - 1)) {
    return undefined;
  }
  const left = Math.min(Math.floor(column), width - 2);
  const low = Math.min(Math.floor(row), height - 2);
  const at = (i: number, j: number) => values[(low + j) * width + left + i] ?? NaN;
  const along = (j: number) => at(0, j) + (column - left) * (at(1, j) - at(0, j));
  return along(0) + (row - low) * (along(1) - along(0));
}
