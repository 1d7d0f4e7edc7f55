import { describe, expect, it } from 'vitest';
import { EMPTY, fold, foldAll, type RunModel } from './fold';
import { MAX_METRIC_POINTS, MAX_MOMENTS, MAX_NOTES, MAX_PICTURE_CELLS } from './limits';
import { event, steps } from './testEvents';
import { metricAt, momentAt, pictureOf, picturesAt, textHistory } from './view';

describe('fold', () => {
  it('gives the same state one event at a time and all at once', () => {
    const events = [event(1, 0, 'run.state', { state: 'RUNNING', reason: 'started' }), ...steps(20, 2)];
    expect(foldAll(EMPTY, events)).toEqual(events.reduce(fold, EMPTY));
  });

  it('never changes a state that it was given', () => {
    const before = foldAll(EMPTY, steps(5));
    const copy = structuredClone(before);
    foldAll(before, [...steps(5, 16, 6), event(31, 2, 'run.resumed', { fromStep: 2, fromSeq: 6 })]);
    expect(before).toEqual(copy);
  });

  it('takes an event that comes twice once', () => {
    const events = steps(4);
    const once = foldAll(EMPTY, events);
    expect(foldAll(once, events.slice(3))).toEqual(once);
  });

  it('knows state, reason, step and the last event', () => {
    const model = foldAll(EMPTY, [...steps(3), event(10, 3, 'run.state', { state: 'PAUSED', reason: 'asked to' })]);
    expect(model).toMatchObject({ state: 'PAUSED', reason: 'asked to', step: 3, lastSeq: 10 });
  });

  it('brings the pictures of one step together, and begins anew when one is shown again', () => {
    const text = (seq: number, content: string) => event(seq, 0, 'text', { id: 'stage', text: content });
    const curve = (seq: number) => event(seq, 0, 'curve', { id: 'D', x: [0], series: { D: [seq] } });
    const model = foldAll(EMPTY, [text(1, 'one'), curve(2), text(3, 'two'), curve(4)]);
    expect(model.moments.map((moment) => Object.keys(moment.pictures).length)).toEqual([2, 2]);
    expect(pictureOf(picturesAt(model, 0), 'text', 'stage')?.text).toBe('one');
    expect(pictureOf(picturesAt(model, 1), 'curve', 'D')?.series['D']).toEqual([4]);
  });

  it('shows at each moment the newest picture up to it, also one that came only once', () => {
    const once = event(1, 0, 'field', { id: 'target', x0: 0, x1: 1, y0: 0, y1: 1, width: 1, height: 1, values: [7] });
    const model = foldAll(EMPTY, [once, ...steps(5, 2)]);
    const pictures = picturesAt(model, 3);
    expect(pictureOf(pictures, 'field', 'target')?.values).toEqual([7]);
    expect(pictureOf(pictures, 'text', 'sample')?.text).toBe('at 3');
    expect(momentAt(model, 8)).toBe(2);
    expect(momentAt(model, 9)).toBe(3);
  });

  it('cuts what came after the checkpoint when a run goes on from it', () => {
    const model = foldAll(EMPTY, [
      ...steps(4),
      event(13, 4, 'checkpoint', { step: 4, sha256: 'a', bytes: 1 }),
      ...steps(4, 14, 5),
      event(26, 8, 'command.applied', { id: 'c', type: 'set', step: 8, parameters: { rate: 1 } }),
      event(27, 8, 'checkpoint', { step: 8, sha256: 'torn', bytes: 1 }),
      event(28, 4, 'run.resumed', { fromStep: 4, fromSeq: 12 }),
      event(29, 4, 'run.state', { state: 'RUNNING', reason: 'resumed' }),
      ...steps(2, 30, 5),
    ]);
    expect(model.metrics['loss']?.steps).toEqual([1, 2, 3, 4, 5, 6]);
    expect(model.metrics['loss']?.seqs.slice(4)).toEqual([30, 33]);
    expect(model.moments.map((moment) => moment.step)).toEqual([1, 2, 3, 4, 5, 6]);
    const checkpoints = model.notes.filter(({ event }) => event.type === 'checkpoint');
    expect(checkpoints.map(({ event, superseded }) => [event.step, superseded])).toEqual([
      [4, false],
      [8, true],
    ]);
    expect(model.notes.map((note) => note.event.type)).toContain('command.applied');
    expect(model.step).toBe(6);
  });

  it('cuts by step where the event does not tell the last one that counts', () => {
    const model = foldAll(EMPTY, [...steps(5), event(16, 2, 'run.resumed', { fromStep: 2 })]);
    expect(model.metrics['loss']?.steps).toEqual([1, 2]);
  });

  it('counts what was left out for it, and goes on', () => {
    const model = foldAll(EMPTY, [...steps(1), event(0, 0, 'gap', { from: 4, to: 9 }), ...steps(1, 10, 4)]);
    expect(model).toMatchObject({ skipped: 6, lastSeq: 12, step: 4 });
  });

  it('reads a metric at any step, null where it was not finite', () => {
    const model = foldAll(EMPTY, [...steps(3), event(10, 4, 'metrics', { values: { loss: null } })]);
    expect(metricAt(model.metrics['loss'], 2)).toBe(0.5);
    expect(metricAt(model.metrics['loss'], 9)).toBeNull();
    expect(metricAt(model.metrics['loss'], 0)).toBeUndefined();
  });
});

describe('a long log', () => {
  function folded(count: number): RunModel {
    const events = steps(count);
    let model = EMPTY;
    for (let i = 0; i < events.length; i += 900) {
      model = foldAll(model, events.slice(i, i + 900));
    }
    return model;
  }

  it('stays within its limits, with its first and its last moment and point', () => {
    const model = folded(30_000);
    const line = model.metrics['loss']!;
    expect(line.steps.length).toBeLessThanOrEqual(MAX_METRIC_POINTS);
    expect([line.steps[0], line.steps.at(-1)]).toEqual([1, 30_000]);
    expect(model.moments.length).toBeLessThanOrEqual(MAX_MOMENTS);
    expect(model.moments.length).toBeGreaterThan(MAX_MOMENTS / 4);
    expect([model.moments[0]?.step, model.moments.at(-1)?.step]).toEqual([1, 30_000]);
    expect(textHistory(model, 'sample', Infinity).at(-1)?.text).toBe('at 30000');
  });

  it('thins by size where pictures are large', () => {
    const side = 1000;
    let model = EMPTY;
    for (let i = 1; i <= 40; i++) {
      const data = { id: 'f', x0: 0, x1: 1, y0: 0, y1: 1, width: side, height: side, values: new Float32Array(side * side) };
      model = fold(model, event(i, i, 'field', data));
    }
    expect(model.moments.reduce((sum, moment) => sum + moment.cells, 0)).toBeLessThanOrEqual(MAX_PICTURE_CELLS);
    expect(model.moments.at(-1)?.step).toBe(40);
  });

  it('keeps a picture that came only once when its moment is thinned out', () => {
    const events = steps(3 * MAX_MOMENTS);
    const odd = event(events.length + 1, 3 * MAX_MOMENTS + 1, 'text', { id: 'once', text: 'here' });
    const model = foldAll(EMPTY, [...events, odd, ...steps(3 * MAX_MOMENTS, events.length + 2, 3 * MAX_MOMENTS + 2)]);
    expect(pictureOf(picturesAt(model, Infinity), 'text', 'once')?.text).toBe('here');
  });

  it('forgets the oldest notes first', () => {
    const notes = Array.from({ length: MAX_NOTES + 5 }, (_, i) => event(i + 1, i, 'checkpoint', { step: i, sha256: 's', bytes: 1 }));
    const model = foldAll(EMPTY, notes);
    expect(model.notes.length).toBe(MAX_NOTES);
    expect(model.notes.at(-1)?.event.seq).toBe(MAX_NOTES + 5);
  });
});
