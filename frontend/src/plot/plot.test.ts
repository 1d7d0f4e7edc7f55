import { describe, expect, it } from 'vitest';
import { colorAt, diverging, DIVERGING_LIGHT, extent, sequential } from './colormap';
import { aligned } from './columns';
import { bytes, duration, figure, words } from './numbers';

describe('colours', () => {
  it('put the middle in the middle and keep to the ends', () => {
    const scale = diverging(1, 30, 0.5);
    expect(scale(1)).toBe(0.5);
    expect(scale(31)).toBeCloseTo(1);
    expect(scale(-29)).toBeCloseTo(0);
    expect(colorAt(DIVERGING_LIGHT, 7)).toEqual(DIVERGING_LIGHT.at(-1));
    expect(colorAt(DIVERGING_LIGHT, 0.5)).toEqual(DIVERGING_LIGHT[4]);
  });

  it('show what is near the middle beside what is far away', () => {
    expect(diverging(0, 30, 0.05)(0.05) - 0.5).toBeGreaterThan(0.04);
  });

  it('do with a field that is the same everywhere or has no numbers', () => {
    expect(sequential(...extent([2, 2]))(2)).toBe(0);
    expect(extent([NaN, Infinity])).toEqual([0, 0]);
  });
});

describe('columns', () => {
  it('bring lines with steps of their own on one axis', () => {
    const line = (steps: number[], values: (number | null)[]) => ({ steps, values, seqs: steps });
    expect(aligned([line([1, 2, 4], [10, null, 40]), line([4], [7]), undefined])).toEqual([
      [1, 2, 4],
      [10, null, 40],
      [undefined, undefined, 7],
      [undefined, undefined, undefined],
    ]);
  });
});

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [28120, '28,120'],
    [0.00002, '2.00e-5'],
    [null, '–'],
    [NaN, '–'],
  ])('%d reads %s', (value, text) => expect(figure(value)).toBe(text));

  it('read as people say them', () => {
    expect(bytes(1_234_567)).toBe('1.23 MB');
    expect(duration(185_000)).toBe('3 min 5 s');
    expect(words('maxDeviationFromHalf')).toBe('max deviation from half');
    expect(words('dSteps')).toBe('d steps');
  });
});
