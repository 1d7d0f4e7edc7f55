import { describe, expect, it } from 'vitest';
import { EMPTY, foldAll } from '../stream/fold';
import { MAX_MOMENTS } from '../stream/limits';
import { event } from '../stream/testEvents';
import { momentAt } from '../stream/view';
import { stageNumber, stagesOf } from './stages';

const stage = (seq: number, step: number, text: string) => event(seq, step, 'text', { id: 'stage', text });

describe('the stages of a story', () => {
  const model = foldAll(EMPTY, [
    stage(1, 0, 'stage 1: apart'),
    stage(2, 0, 'stage 2: told apart'),
    stage(3, 20, 'stage 3: following'),
    stage(4, 40, 'stage 3: following'),
    stage(5, 60, 'stage 4: met'),
    stage(6, 80, 'stage 3: following'),
    stage(7, 100, 'stage 4: met'),
  ]);

  it('begin where they are told first, two of them before the first step', () => {
    expect(stagesOf(model)).toEqual([
      { number: 1, text: 'apart', step: 0, seq: 1 },
      { number: 2, text: 'told apart', step: 0, seq: 2 },
      { number: 3, text: 'following', step: 20, seq: 3 },
      { number: 4, text: 'met', step: 60, seq: 5 },
    ]);
  });

  it('can still be gone to when a long run is thinned out', () => {
    const long = foldAll(model, Array.from({ length: 3 * MAX_MOMENTS }, (_, i) => stage(8 + i, 120 + 20 * i, 'stage 3: following')));
    expect(long.moments.length).toBeLessThanOrEqual(MAX_MOMENTS);
    const found = stagesOf(long);
    expect(found.map(({ number }) => number).slice(0, 3)).toEqual([1, 2, 3]);
    for (const { seq, text } of found) {
      expect(long.moments[momentAt(long, seq)]!.pictures['text:stage']!.data).toMatchObject({ text: expect.stringContaining(text) });
    }
  });

  it('are known by their number', () => {
    expect(stageNumber('stage 3: following')).toBe(3);
    expect(stageNumber('No collapse')).toBeUndefined();
  });
});
