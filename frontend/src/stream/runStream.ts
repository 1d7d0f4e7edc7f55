/**
 * A cursor on a run's log: it opens the socket, opens it again when it breaks, from the last event it saw, and hands on
 * each event once and in order. It knows no DOM; what it needs of the world is passed in.
 */
import { decodeMessage } from './decode';
import { isTerminal, type RunEvent } from './events';

export type StreamStatus =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Broken; it tries again by itself. */
  | { readonly kind: 'waiting'; readonly seconds: number; readonly why: string }
  /** The run has ended and its whole log was read. */
  | { readonly kind: 'ended' }
  /** There is nothing to be read any more, or not by us. */
  | { readonly kind: 'refused'; readonly why: 'gone' | 'unauthorized' };

/** What a stream uses of a WebSocket. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: string }) => void) | null;
  onclose: ((close: { code: number; reason: string }) => void) | null;
  close(code?: number): void;
}

/** What a failed connection turns out to be: worth another try, or not. A browser does not say why an upgrade was refused. */
export type Diagnosis = 'retry' | 'gone' | 'unauthorized';

export interface World {
  open(url: string): Socket;
  diagnose(): Promise<Diagnosis>;
  /** Calls back after a time; the result cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** From 0 to 1: spreads the reconnections of many viewers. */
  random(): number;
}

export interface Viewer {
  onEvent(event: RunEvent): void;
  onStatus(status: StreamStatus): void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** Close codes of RFC 6455 and its registry. */
const NORMAL = 1000;
const RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

export class RunStream {
  private socket: Socket | null = null;
  private cancelRetry: (() => void) | null = null;
  private failures = 0;
  private ended = false;
  private closed = false;

  /**
   * @param path where the run's events are, without the cursor
   * @param lastSeq the event after which to begin
   */
  constructor(
    private readonly path: string,
    private lastSeq: number,
    private readonly viewer: Viewer,
    private readonly world: World,
  ) {}

  start(): void {
    this.connect();
  }

  /** Leaves; nothing is handed on afterwards. */
  close(): void {
    this.closed = true;
    this.cancelRetry?.();
    this.socket?.close(NORMAL);
  }

  /** Tries again now rather than when the delay is over. */
  retryNow(): void {
    if (this.cancelRetry) {
      this.cancelRetry();
      this.connect();
    }
  }

  private connect(): void {
    this.cancelRetry = null;
    this.viewer.onStatus({ kind: 'connecting' });
    const socket = this.world.open(`${this.path}?after=${this.lastSeq}`);
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      if (!this.closed) {
        this.viewer.onStatus({ kind: 'live' });
      }
    };
    socket.onmessage = (message) => {
      if (!this.closed && socket === this.socket) {
        decodeMessage(message.data).forEach((event) => this.take(event));
      }
    };
    socket.onclose = (close) => {
      if (!this.closed && socket === this.socket) {
        this.socket = null;
        void this.lost(close.code, close.reason, opened);
      }
    };
  }

  private take(event: RunEvent): void {
    if (event.type !== 'gap') {
      if (event.seq <= this.lastSeq) {
        return;
      }
      this.lastSeq = event.seq;
      this.failures = 0;
      if (event.type === 'run.state') {
        this.ended = isTerminal(event.data.state);
      }
    }
    this.viewer.onEvent(event);
  }

  private async lost(code: number, reason: string, opened: boolean): Promise<void> {
    if (code === NORMAL && this.ended) {
      this.viewer.onStatus({ kind: 'ended' });
      return;
    }
    if (!opened || code === NORMAL) {
      const diagnosis = await this.world.diagnose();
      if (this.closed) {
        return;
      }
      if (diagnosis !== 'retry') {
        this.viewer.onStatus({ kind: 'refused', why: diagnosis });
        return;
      }
    }
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    const delay = longest * (0.75 + this.world.random() / 4);
    this.failures++;
    this.viewer.onStatus({ kind: 'waiting', seconds: delay / 1000, why: reasonOf(code, reason) });
    this.cancelRetry = this.world.after(delay, () => this.connect());
  }
}

function reasonOf(code: number, reason: string): string {
  switch (code) {
    case RESTART:
      return 'The service is restarting';
    case TRY_AGAIN_LATER:
      return 'This page fell behind the run';
    default:
      return reason || 'The connection to the service was lost';
  }
}
