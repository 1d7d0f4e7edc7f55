/** A run's state, kept up to date from its stream and told to listeners at most once per frame. */
import { EMPTY, foldAll, type RunModel } from './fold';
import type { RunEvent } from './events';
import { RunStream, type StreamStatus, type World } from './runStream';

/** Events that wait for a frame; more are folded at once, because a hidden page has no frames. */
const MAX_WAITING = 500;

/** Asks for a callback before the next repaint; the result cancels it. */
export type Frames = (callback: () => void) => () => void;

export class LiveRun {
  private current: RunModel = EMPTY;
  private currentStatus: StreamStatus = { kind: 'connecting' };
  private waiting: RunEvent[] = [];
  private cancelFrame: (() => void) | null = null;
  private readonly stream: RunStream;

  constructor(
    path: string,
    afterSeq: number,
    world: World,
    private readonly frames: Frames,
    private readonly listener: (model: RunModel, status: StreamStatus) => void,
  ) {
    const viewer = {
      onEvent: (event: RunEvent) => this.take(event),
      onStatus: (status: StreamStatus) => {
        this.currentStatus = status;
        this.draw();
      },
    };
    this.stream = new RunStream(path, afterSeq, viewer, world);
    this.stream.start();
  }

  retryNow(): void {
    this.stream.retryNow();
  }

  close(): void {
    this.cancelFrame?.();
    this.stream.close();
  }

  private take(event: RunEvent): void {
    this.waiting.push(event);
    if (this.waiting.length >= MAX_WAITING) {
      this.fold();
    }
    this.draw();
  }

  private fold(): void {
    this.current = foldAll(this.current, this.waiting);
    this.waiting = [];
  }

  private draw(): void {
    this.cancelFrame ??= this.frames(() => {
      this.cancelFrame = null;
      this.fold();
      this.listener(this.current, this.currentStatus);
    });
  }
}
