/** A text in the making, over its own socket: characters come as they are made, the temperature can change in mid-sentence. */
import type { Problem } from '../api/wire';
import { inPlainWords } from '../api/problem';
import type { Socket } from '../stream/runStream';

export interface GenerationWish {
  prefix: string;
  length: number;
  temperature: number;
  topK: number;
  topP: number;
  stop: string[];
  seed?: number;
  step: number | 'latest';
}

/** A piece of text with the temperature that was asked for when it came. */
export interface Piece {
  text: string;
  temperature: number;
}

export interface Generation {
  pieces: readonly Piece[];
  /** Why it is over, in words; undefined while it is written. */
  end?: string;
  error?: string;
}

type Frame = { text: string } | { done: true; reason: string; step: number } | { error: Partial<Problem> };

/** The next state of a text after a frame. */
export function take(generation: Generation, frame: Frame, temperature: number): Generation {
  if ('error' in frame) {
    return { ...generation, error: inPlainWords({ status: 500, ...frame.error }) };
  }
  if ('done' in frame) {
    return { ...generation, end: endOf(frame.reason, frame.step) };
  }
  const last = generation.pieces.at(-1);
  const pieces =
    last?.temperature === temperature
      ? [...generation.pieces.slice(0, -1), { text: last.text + frame.text, temperature }]
      : [...generation.pieces, { text: frame.text, temperature }];
  return { ...generation, pieces };
}

function endOf(reason: string, step: number): string {
  const why: Record<string, string> = { length: 'the length is reached', stop: 'it wrote the stop text', cancel: 'stopped' };
  return `${why[reason] ?? reason} · written by the model of step ${step}`;
}

/** The conversation with the service. */
export class Writing {
  private generation: Generation = { pieces: [] };
  private temperature: number;

  constructor(
    private readonly socket: Socket & { send(text: string): void },
    wish: GenerationWish,
    private readonly listener: (generation: Generation) => void,
  ) {
    this.temperature = wish.temperature;
    socket.onopen = () => socket.send(JSON.stringify(wish));
    socket.onmessage = (message) => this.update(take(this.generation, JSON.parse(message.data) as Frame, this.temperature));
    socket.onclose = (close) => {
      if (this.generation.end === undefined && this.generation.error === undefined) {
        this.update({ ...this.generation, error: close.reason || 'The connection to the service was lost.' });
      }
    };
  }

  turn(temperature: number): void {
    this.temperature = temperature;
    this.say({ temperature });
  }

  cancel(): void {
    this.say({ cancel: true });
  }

  /** Leaves; nothing is told afterwards. */
  close(): void {
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close(1000);
  }

  private say(words: { temperature: number } | { cancel: true }): void {
    if (this.generation.end === undefined && this.generation.error === undefined) {
      this.socket.send(JSON.stringify(words));
    }
  }

  private update(generation: Generation): void {
    this.generation = generation;
    this.listener(generation);
  }
}
