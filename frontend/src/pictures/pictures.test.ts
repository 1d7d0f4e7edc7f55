import { describe, expect, it } from 'vitest';
import { cellsOf, worstMistakes } from './confusion';
import { placingOf } from './fieldDrawing';
import { draws } from './natural';
import { naturalPictureOf } from './registry';
import { tilesOf } from './tiles';

describe('a confusion matrix', () => {
  const matrix = { id: 'confusion', rows: ['a', 'b', 'c'], columns: ['a', 'b', 'c'], values: [[90, 8, 2], [1, 49, 0], [0, 0, 0]] };

  it('is coloured by what is mistaken, not by what is right', () => {
    const cells = cellsOf(matrix);
    expect(cells[0]![0]).toEqual({ count: 90, share: 0.9, heat: 0 });
    expect(cells[0]![1]).toEqual({ count: 8, share: 0.08, heat: 1 });
    expect(cells[1]![0]!.heat).toBeCloseTo(0.5);
    expect(cells[2]!.every(({ share, heat }) => share === 0 && heat === 0)).toBe(true);
  });

  it('names what is mistaken most often', () => {
    expect(worstMistakes(matrix, 2)).toEqual([
      { row: 'a', column: 'b', count: 8 },
      { row: 'a', column: 'c', count: 2 },
    ]);
  });
});

describe('a field on a canvas', () => {
  const field = { id: 'f', x0: -3, x1: 3, y0: -3, y1: 3, width: 121, height: 121 };

  it('has its first value in the middle of its first pixel, and its rows upwards', () => {
    const { xOf, yOf } = placingOf(field, 1210, 1210);
    expect([xOf(-3), yOf(-3), xOf(3), yOf(3)]).toEqual([5, 1205, 1205, 5]);
  });

  it('finds the point under a click again', () => {
    const { xOf, yOf, pointAt } = placingOf(field, 300, 200);
    const [x, y] = pointAt(xOf(1.25), yOf(-0.5));
    expect([x, y]).toEqual([expect.closeTo(1.25, 9), expect.closeTo(-0.5, 9)]);
  });
});

describe('tiles', () => {
  it('have a caption each, and end with the last one', () => {
    const tiles = tilesOf({ id: 'misread', ref: '', width: 289, height: 57, caption: '4→9 2→7 5→3 1→7 0→6 9→4 8→3 7→1 6→0 3→5 4→6' });
    expect(tiles.map(({ caption }) => caption).at(-1)).toBe('4→6');
    // The eleventh stands at the left of the second row, which ends with the picture.
    expect(tiles[10]!.position).toMatch(/^0\.19\d*% 98\.\d*%$/);
    expect(tilesOf({ id: 'misread', ref: '', width: 289, height: 28, caption: '' })).toEqual([]);
  });
});

describe('a natural picture', () => {
  it('draws what it names, and what begins as it says', () => {
    const heart = naturalPictureOf('heart');
    expect(draws(heart, 'field:width 32')).toBe(true);
    expect(draws(heart, 'field:prediction')).toBe(true);
    expect(draws(heart, 'field:predictions')).toBe(false);
    expect(draws(undefined, 'field:prediction')).toBe(false);
  });
});
