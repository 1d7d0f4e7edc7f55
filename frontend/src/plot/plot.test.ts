import { describe, expect, it } from 'vitest';
import { colorAt, diverging, DIVERGING_LIGHT, extent, sequential } from './colormap';
import { aligned } from './columns';
import { bytes, duration, figure, words } from './numbers';
import { spread } from './spread';
import { valueAt } from './valueAt';

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
    [0.00002, '2e-5'],
    [0.000012345, '1.23e-5'],
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

describe('names at the ends of lines', () => {
  it('stay where they want to be where there is room', () => {
    expect(spread([50, 10, 30], 12, 0, 100)).toEqual([50, 10, 30]);
  });

  it('are moved apart around their middle, in their order', () => {
    expect(spread([50, 52, 90], 12, 0, 100)).toEqual([45, 57, 90]);
    const places = spread([20, 21, 22, 23, 34], 10, 0, 100);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.slice(1).every((place, i) => place - places[i]! >= 10 - 1e-9)).toBe(true);
  });

  it('stay between the ends', () => {
    expect(spread([99, 100, 100], 10, 0, 100)).toEqual([80, 90, 100]);
    expect(spread([0, 1], 10, 0, 100)).toEqual([0, 10]);
  });
});

describe('the value of a field', () => {
  const field = { id: 'f', x0: 0, x1: 2, y0: 0, y1: 1, width: 3, height: 2, values: [0, 10, 20, 100, 110, 120] };

  it('is read off between its neighbours', () => {
    expect(valueAt(field, 0, 0)).toBe(0);
    expect(valueAt(field, 1.5, 0.5)).toBe(65);
    expect(valueAt(field, 2, 1)).toBe(120);
  });

  it('is unknown outside', () => {
    expect(valueAt(field, 2.01, 0)).toBeUndefined();
    expect(valueAt(field, 1, -0.1)).toBeUndefined();
  });
});
