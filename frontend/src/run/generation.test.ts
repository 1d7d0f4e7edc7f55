import { describe, expect, it } from 'vitest';
import type { Socket } from '../stream/runStream';
import { take, Writing, type Generation } from './generation';

const wish = { prefix: 'The ', length: 9, temperature: 0.7, topK: 0, topP: 1, stop: [], step: 'latest' as const };

function conversation() {
  const sent: unknown[] = [];
  let seen: Generation = { pieces: [] };
  const socket: Socket & { send(text: string): void } = {
    onopen: null,
    onmessage: null,
    onclose: null,
    close: () => undefined,
    send: (text) => sent.push(JSON.parse(text)),
  };
  const writing = new Writing(socket, wish, (generation) => (seen = generation));
  socket.onopen?.();
  return { sent, writing, socket, say: (frame: unknown) => socket.onmessage?.({ data: JSON.stringify(frame) }), seen: () => seen };
}

describe('a text in the making', () => {
  it('tells from where on the temperature was another one', () => {
    const { sent, writing, say, seen } = conversation();
    say({ text: 'a' });
    say({ text: 'b' });
    writing.turn(1.5);
    say({ text: 'c' });
    expect(seen().pieces).toEqual([
      { text: 'ab', temperature: 0.7 },
      { text: 'c', temperature: 1.5 },
    ]);
    expect(sent).toEqual([wish, { temperature: 1.5 }]);
  });

  it('can be cancelled, and says nothing more once it is over', () => {
    const { sent, writing, say, seen } = conversation();
    writing.cancel();
    say({ done: true, reason: 'cancel', step: 900 });
    writing.turn(2);
    expect(sent).toEqual([wish, { cancel: true }]);
    expect(seen().end).toBe('stopped · written by the model of step 900');
  });

  it('tells a fault in plain words, and a connection that breaks', () => {
    expect(take({ pieces: [] }, { error: { status: 422, detail: 'prefix: “é” is unknown.' } }, 1).error).toBe('prefix: “é” is unknown.');
    const { socket, seen } = conversation();
    socket.onclose?.({ code: 1006, reason: '' });
    expect(seen().error).toMatch(/connection/);
  });
});
