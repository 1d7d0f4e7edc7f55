import type { RunEvent } from './events';

/** Reads a message of the stream: one event a line. */
export function decodeMessage(message: string): RunEvent[] {
  return message.split('\n').map(decode);
}

/** Reads one event. The values of a field become 32-bit floats (NaN where JSON says null): they are most of what a page keeps. */
export function decode(line: string): RunEvent {
  const event = JSON.parse(line) as RunEvent;
  if (event.type === 'field' && event.data.values) {
    event.data.values = Float32Array.from(event.data.values, (value) => value ?? NaN);
  }
  return event;
}
