import { describe, expect, it } from 'vitest';
import type { Theme } from '../plot/theme';
import { aboutRates, chartsOf, isIdle, laneColor, laneOf, LANES } from './lanes';
import { FAMILY, FAMILY_SIZE } from './optimizerFamily';
import { lowestInside, reliefOf } from './surface';

const theme = {
  muted: 'muted',
  optimal: 'optimal',
  model: 'model',
  critic: 'critic',
  data: 'data',
  series: ['data', 'model', 'critic', 's4', 's5', 's6', 's7', 's8'],
} as unknown as Theme;

describe('lanes', () => {
  it('each have a colour of their own, and keep it when others are missing', () => {
    const colors = LANES.map((lane) => laneColor(theme, lane));
    expect(new Set(colors).size).toBe(8);
    expect(laneColor(theme, 'adam')).toBe(colors[LANES.indexOf('adam')]);
    expect(laneColor(theme, 'lion')).toBe('muted');
  });

  it('are told from metrics of the whole run', () => {
    expect(laneOf('validationError.adam')).toEqual({ metric: 'validationError', lane: 'adam' });
    expect(laneOf('validationError')).toBeUndefined();
    expect(laneOf('loss.total')).toBeUndefined();
    expect(laneOf('.adam')).toBeUndefined();
  });

  it('of one metric come into one chart, beside those of the whole run', () => {
    const charts = chartsOf(['rank.adam', 'epoch', 'rank.sgd', 'rank']);
    expect(charts.map(({ metrics }) => metrics)).toEqual([LANES.map((lane) => `rank.${lane}`), ['epoch'], ['rank']]);
    expect(new Set(charts.map(({ title }) => title)).size).toBe(3);
  });

  it('that do not run have no knob', () => {
    expect(['sgdRate', 'adamRate', 'showEvery'].map((name) => isIdle(name, 'sgd, momentum'))).toEqual([false, true, false]);
    expect(isIdle('adamRate', undefined)).toBe(false);
  });

  it.each([
    [[0.1, 0.05, 0.002], 'Only SGD uses 0.1; the others use their own defaults'],
    [[0.01, 0.005, 0.1], 'Each optimizer uses its own learning rate'],
    [[0.1, 0.1, 0.002], 'Each optimizer uses its own learning rate'],
    [[0.1, 0.1, 0.1], 'All optimizers use the same learning rate, 0.1'],
  ])('say why their rates %j differ', (rates, words) => {
    const lanes = { id: 'lanes', rows: ['sgd', 'momentum', 'adam'], columns: ['learning rate'], values: rates.map((rate) => [rate]) };
    expect(aboutRates(lanes)).toContain(words);
    expect(aboutRates({ ...lanes, columns: ['decay'] })).toBe('');
  });
});

describe('the family of optimizers', () => {
  it('has every lane once, each below its parents and inside of the drawing', () => {
    expect(FAMILY.map(({ lane }) => lane).sort()).toEqual([...LANES].sort());
    for (const { lane, x, y, parents } of FAMILY) {
      expect(x > 0 && x < FAMILY_SIZE.width && y < FAMILY_SIZE.height, lane).toBe(true);
      for (const parent of parents) {
        expect(FAMILY.find((each) => each.lane === parent)!.y, lane).toBeLessThan(y);
      }
    }
  });

  it('descends from SGD, and Adam from momentum and RMSProp', () => {
    const parentsOf = (lane: string) => FAMILY.find((each) => each.lane === lane)!.parents;
    expect(FAMILY.filter(({ parents }) => parents.length === 0).map(({ lane }) => lane)).toEqual(['sgd']);
    expect(parentsOf('adam')).toEqual(['momentum', 'rmsprop']);
    expect(parentsOf('adamax')).toEqual(['adam']);
  });
});

describe('a surface', () => {
  const bowl = (side: number, power: number) =>
    Float64Array.from({ length: side * side }, (_, i) => ((i % side) - 10) ** power + (Math.floor(i / side) - 12) ** power);

  it('that is flat in a valley and steep elsewhere goes by logarithms, and its lines gather in the valley', () => {
    const relief = reliefOf(bowl(41, 6));
    expect(relief.logarithmic).toBe(true);
    expect(relief.levels[4]).toBeLessThan(relief.high / 100);
    expect(relief.levels.map(relief.scale).every((t, i) => Math.abs(t - (i + 1) / 15) < 1e-9)).toBe(true);
    expect([relief.scale(relief.low), relief.scale(relief.high)]).toEqual([0, 1]);
  });

  it('that falls as much as it rises goes by equal steps', () => {
    const saddle = Float64Array.from({ length: 21 * 21 }, (_, i) => ((i % 21) - 10) ** 2 - (Math.floor(i / 21) - 10) ** 2);
    expect(reliefOf(saddle).logarithmic).toBe(false);
  });

  it('has its lowest point inside, or none that counts', () => {
    expect(lowestInside({ width: 41, height: 41, values: bowl(41, 2) })).toEqual([10, 12]);
    expect(lowestInside({ width: 3, height: 3, values: [NaN, 5, 5, 5, 4, 5, 5, 5, 5] })).toEqual([1, 1]);
    expect(lowestInside({ width: 3, height: 3, values: [0, 5, 5, 5, 4, 5, 5, 5, 5] })).toBeUndefined();
    expect(lowestInside({ width: 1, height: 1, values: [NaN] })).toBeUndefined();
  });
});
