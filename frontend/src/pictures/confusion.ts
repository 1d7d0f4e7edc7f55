/** A table of what was taken for what, made fit to be looked at. */
import type { MatrixData } from '../stream/events';

export interface ConfusionCell {
  count: number;
  /** Of its row, 0 to 1. */
  share: number;
  /** How much of a mistake it is beside the worst one, 0 to 1; 0 on the diagonal, which would outshine everything. */
  heat: number;
}

export function cellsOf({ values }: MatrixData): ConfusionCell[][] {
  const cells = values.map((row) => {
    const sum = row.reduce((total: number, value) => total + (value ?? 0), 0);
    return row.map((value) => ({ count: value ?? 0, share: sum > 0 ? (value ?? 0) / sum : 0, heat: 0 }));
  });
  const worst = Math.max(...cells.flatMap((row, y) => row.filter((_, x) => x !== y).map(({ share }) => share)), 0);
  return cells.map((row, y) =>
    // By its root: rare mistakes are seen beside frequent ones.
    row.map((cell, x) => ({ ...cell, heat: x === y || worst === 0 ? 0 : Math.sqrt(cell.share / worst) })),
  );
}

/** The mistakes that were made most often. */
export function worstMistakes({ rows, columns, values }: MatrixData, limit: number): { row: string; column: string; count: number }[] {
  return values
    .flatMap((row, y) => row.map((value, x) => ({ row: rows[y]!, column: columns[x]!, count: value ?? 0, wrong: x !== y })))
    .filter(({ count, wrong }) => wrong && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, limit)
    .map(({ row, column, count }) => ({ row, column, count }));
}
