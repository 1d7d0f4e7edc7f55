import type { RunEvent } from './events';

/** Reads one frame. The values of a field become 32-bit floats (NaN where JSON says null): they are most of what a page keeps. */
export function decode(frame: string): RunEvent {
  const event = JSON.parse(frame) as RunEvent;
  if (event.type === 'field' && event.data.values) {
    event.data.values = Float32Array.from(event.data.values, (value) => value ?? NaN);
  }
  return event;
}
