import { describe, expect, it } from 'vitest';
import { contour } from './contour';

function grid(width: number, height: number, f: (x: number, y: number) => number) {
  return { width, height, values: Float64Array.from({ length: width * height }, (_, i) => f(i % width, Math.floor(i / width))) };
}

describe('contour', () => {
  it('finds a straight line exactly', () => {
    const pieces = contour(grid(5, 3, (x) => x - 2.25), 0);
    expect(pieces.length / 4).toBe(2);
    expect(pieces.filter((_, i) => i % 2 === 0).every((x) => Math.abs(x - 2.25) < 1e-12)).toBe(true);
  });

  it('finds a circle of the right size, closed', () => {
    const pieces = contour(grid(41, 41, (x, y) => (x - 20) ** 2 + (y - 20) ** 2), 144.5);
    let length = 0;
    const ends = new Map<string, number>();
    for (let i = 0; i < pieces.length; i += 4) {
      const [x0, y0, x1, y1] = pieces.slice(i, i + 4) as [number, number, number, number];
      length += Math.hypot(x1 - x0, y1 - y0);
      expect(Math.abs(Math.hypot(x0 - 20, y0 - 20) - Math.sqrt(144.5))).toBeLessThan(0.05);
      for (const end of [`${x0.toFixed(6)} ${y0.toFixed(6)}`, `${x1.toFixed(6)} ${y1.toFixed(6)}`]) {
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
    }
    expect(length).toBeCloseTo(2 * Math.PI * Math.sqrt(144.5), 0);
    expect([...ends.values()].every((count) => count === 2)).toBe(true);
  });

  it.each([
    [1, [0, 1], [1, 0]],
    [-1, [1, 0], [0, 1]],
  ])('keeps the two lines of a saddle apart on the side of its middle (%i)', (_, [a, b], [c, d]) => {
    // Corners a and c above, b and d below, or the other way round; both ways two lines that don't cross.
    const values = [a!, b!, c!, d!].map((value) => (value === 0 ? -1 : 1));
    expect(contour({ width: 2, height: 2, values }, 0).length / 4).toBe(2);
  });

  it('joins the higher corners of a saddle whose middle is high', () => {
    const pieces = contour({ width: 2, height: 2, values: [9, -1, -1, 9] }, 0);
    // Lower left and upper right are joined: each line cuts off one of the other two corners.
    const middles = [0, 4].map((i) => [(pieces[i]! + pieces[i + 2]!) / 2, (pieces[i + 1]! + pieces[i + 3]!) / 2]);
    expect(middles.every(([x, y]) => Math.abs(x! - y!) > 0.8)).toBe(true);
  });

  it('has nothing where all is on one side, or unknown', () => {
    expect(contour(grid(4, 4, () => 1), 0)).toEqual([]);
    expect(contour(grid(4, 4, () => NaN), 0)).toEqual([]);
  });
});
