/**
 * Marching squares: the line along which a grid of numbers has one value.
 *
 * @see Lorensen, Cline: Marching cubes, 1987, for the same in three dimensions
 */

/** A regular grid, row by row. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

/** Edges of a cell, in the order in which its corners' bits are counted. */
const BOTTOM = 0;
const RIGHT = 1;
const TOP = 2;
const LEFT = 3;

/** For each of the 16 ways in which a cell's corners lie above or below: the pairs of edges that a line joins. */
const JOINED: readonly (readonly [number, number][])[] = [
  [],
  [[LEFT, BOTTOM]],
  [[BOTTOM, RIGHT]],
  [[LEFT, RIGHT]],
  [[RIGHT, TOP]],
  [[LEFT, BOTTOM], [RIGHT, TOP]],
  [[BOTTOM, TOP]],
  [[LEFT, TOP]],
  [[TOP, LEFT]],
  [[TOP, BOTTOM]],
  [[BOTTOM, RIGHT], [TOP, LEFT]],
  [[TOP, RIGHT]],
  [[RIGHT, LEFT]],
  [[RIGHT, BOTTOM]],
  [[BOTTOM, LEFT]],
  [],
];

/** The two saddles, with the lines that they have when their middle is above the level. */
const SADDLE: Readonly<Record<number, readonly [number, number][]>> = {
  5: [[LEFT, TOP], [BOTTOM, RIGHT]],
  10: [[LEFT, BOTTOM], [RIGHT, TOP]],
};

/** The contour's straight pieces as x0, y0, x1, y1, …, in grid steps from the first value. A cell with a NaN has none. */
export function contour(grid: Grid, level: number): number[] {
  const { width, height, values } = grid;
  const pieces: number[] = [];
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const at = y * width + x;
      // Counter-clockwise from the lower left, as differences from the level.
      const a = values[at]! - level;
      const b = values[at + 1]! - level;
      const c = values[at + width + 1]! - level;
      const d = values[at + width]! - level;
      const middle = a + b + c + d;
      if (Number.isNaN(middle)) {
        continue;
      }
      const corners = (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0) + (c > 0 ? 4 : 0) + (d > 0 ? 8 : 0);
      const joined = middle > 0 ? (SADDLE[corners] ?? JOINED[corners]!) : JOINED[corners]!;
      for (const pair of joined) {
        for (const edge of pair) {
          pieces.push(
            edge === BOTTOM ? x + a / (a - b) : edge === TOP ? x + d / (d - c) : edge === RIGHT ? x + 1 : x,
            edge === LEFT ? y + a / (a - d) : edge === RIGHT ? y + b / (b - c) : edge === TOP ? y + 1 : y,
          );
        }
      }
    }
  }
  return pieces;
}
