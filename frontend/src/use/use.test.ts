import { describe, expect, it } from 'vitest';
import { outputOf, stepOf, tensorOf } from './answers';
import { asDigit, DIGIT_SIDE } from './digit';
import { quantile, shareBelow } from './normal';
import { histogramOf, momentsOf } from './samples';
import { written } from './strokes';

/** A bar of ink on a square of paper. */
function bar(side: number, left: number, top: number, width: number, height: number): Float32Array {
  const ink = new Float32Array(side * side);
  for (let y = top; y < top + height; y++) {
    ink.fill(1, y * side + left, y * side + left + width);
  }
  return ink;
}

function boxOf(digit: Float32Array) {
  const inked = [...digit].flatMap((value, i) => (value > 0.5 ? [[i % DIGIT_SIDE, Math.floor(i / DIGIT_SIDE)] as const] : []));
  const [columns, rows] = [inked.map(([x]) => x), inked.map(([, y]) => y)];
  return { left: Math.min(...columns), right: Math.max(...columns), top: Math.min(...rows), bottom: Math.max(...rows) };
}

describe('a drawing', () => {
  it.each([
    ['small, in a corner', bar(112, 3, 5, 4, 20)],
    ['large', bar(112, 40, 2, 20, 100)],
    ['at the lower right', bar(112, 100, 60, 10, 50)],
  ])('%s becomes 20 pixels tall in the middle of 28', (_, ink) => {
    const box = boxOf(asDigit(ink, 112));
    expect([box.top, box.bottom]).toEqual([4, 23]);
    expect(box.left + box.right).toBe(DIGIT_SIDE - 1);
  });

  it('keeps its proportions, and its ink', () => {
    const digit = asDigit(bar(112, 10, 20, 80, 40), 112);
    const box = boxOf(digit);
    expect([box.right - box.left + 1, box.bottom - box.top + 1]).toEqual([20, 10]);
    expect(digit.reduce((sum, value) => sum + value, 0)).toBeCloseTo(200, 3);
  });

  it('lies by its centre of mass, not by its box', () => {
    // Its foot pulls an L to the upper left.
    const ink = bar(100, 20, 10, 5, 80);
    for (let y = 84; y < 90; y++) {
      ink.fill(1, y * 100 + 20, y * 100 + 60);
    }
    const digit = asDigit(ink, 100);
    let [mass, sumX, sumY] = [0, 0, 0];
    digit.forEach((value, i) => {
      mass += value;
      sumX += value * ((i % DIGIT_SIDE) + 0.5);
      sumY += value * (Math.floor(i / DIGIT_SIDE) + 0.5);
    });
    expect(Math.hypot(sumX / mass - 14, sumY / mass - 14)).toBeLessThan(0.1);
    expect(boxOf(digit).top).toBeLessThan(4);
  });

  it('without ink is paper', () => {
    expect(asDigit(new Float32Array(100), 10).every((value) => value === 0)).toBe(true);
  });
});

describe('a digit that the page writes', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('%i stays on the paper, however it leans', (digit) => {
    for (const random of [() => 0, () => 0.5, () => 0.999]) {
      const points = written(digit, random).flat(2);
      expect(points.length).toBeGreaterThan(8);
      expect(points.every((place) => place > 0 && place < 1)).toBe(true);
    }
  });
});

describe('an answer', () => {
  const answer = { model_version: '900', outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: [0.25, 0.75] }] };

  it('is found by its name, and tells the step of its checkpoint', () => {
    expect(outputOf(answer, 'probabilities')).toEqual([0.25, 0.75]);
    expect(outputOf(undefined, 'probabilities')).toBeUndefined();
    expect(stepOf(answer, 1000)).toBe(900);
    expect(stepOf({ outputs: [] }, 1000)).toBe(1000);
  });

  it('is asked for with the model’s own name, type and shape', () => {
    expect(tensorOf({ name: 'z', datatype: 'FP32', shape: [-1, 2] }, [1, 2, 3, 4], 2)).toEqual({
      name: 'z',
      datatype: 'FP32',
      shape: [2, 2],
      data: [1, 2, 3, 4],
    });
  });
});

describe('samples', () => {
  it('are counted in bins, the largest as well', () => {
    const { edges, series } = histogramOf('h', [0, 1, 1, 2, 4], 4);
    expect(edges).toEqual([0, 1, 2, 3, 4]);
    expect(series['samples']).toEqual([1, 2, 1, 1]);
    expect(histogramOf('h', [3, 3], 2).series['samples']).toEqual([2, 0]);
  });

  it('have a mean and a deviation', () => {
    expect(momentsOf([1, 3])).toEqual({ mean: 2, deviation: 1 });
  });
});

describe('the normal distribution', () => {
  it('has its published quantiles', () => {
    expect(quantile(0.5)).toBeCloseTo(0, 9);
    expect(quantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(quantile(0.1)).toBeCloseTo(-1.281552, 6);
    expect(shareBelow(3)).toBeCloseTo(0.998650102, 8);
  });
});
