/** Events written to the contract of the stream, for the tests of what is pure. */
import type { EventOf, EventType, RunEvent } from './events';

export function event<T extends EventType>(seq: number, step: number, type: T, data: EventOf<T>['data']): RunEvent {
  return { run: 'r1', seq, step, at: '2026-11-24T04:00:00.000Z', type, data } as RunEvent;
}

/** A loss, a line of text and a small field at each step. */
export function steps(count: number, firstSeq = 1, firstStep = 1): RunEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const [seq, step] = [firstSeq + 3 * i, firstStep + i];
    return [
      event(seq, step, 'metrics', { values: { loss: 1 / step } }),
      event(seq + 1, step, 'text', { id: 'sample', text: `at ${step}` }),
      event(seq + 2, step, 'field', { id: 'f', x0: 0, x1: 1, y0: 0, y1: 1, width: 2, height: 2, values: [1, 2, 3, step] }),
    ];
  }).flat();
}
