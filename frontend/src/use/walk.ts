/** A walk through latent space, as the service streams it: a text frame tells what the pictures are, each binary frame is one. */
import { inPlainWords } from '../api/problem';
import type { Problem } from '../api/wire';

export interface WalkWish {
  seed: number;
  rows: number;
  columns: number;
  /** Vectors a second. */
  speed: number;
  step: number | 'latest';
}

/** What the pictures are from now on. */
export interface About {
  step: number;
  width: number;
  height: number;
  channels: number;
}

export interface WalkListener {
  onPicture(about: About, bytes: Uint8Array): void;
  onError(message: string): void;
  onEnd(reason: string): void;
}

/** What a walk uses of a WebSocket. */
export interface BinarySocket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((message: { data: string | ArrayBuffer }) => void) | null;
  onclose: ((close: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export class Walk {
  private about: About | undefined;
  private isOpen = false;

  constructor(
    private readonly socket: BinarySocket,
    private wish: WalkWish,
    private readonly listener: WalkListener,
  ) {
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.isOpen = true;
      socket.send(JSON.stringify(this.wish));
    };
    socket.onmessage = ({ data }) => this.take(data);
    socket.onclose = ({ reason }) => listener.onEnd(reason || 'The connection to the service was lost.');
  }

  /** Goes on otherwise. */
  turn(changes: Partial<WalkWish>): void {
    this.wish = { ...this.wish, ...changes };
    if (this.isOpen) {
      this.socket.send(JSON.stringify(changes));
    }
  }

  /** Leaves; nothing is told afterwards. */
  close(): void {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close(1000);
  }

  private take(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      if (this.about) {
        this.listener.onPicture(this.about, new Uint8Array(data));
      }
      return;
    }
    const told = JSON.parse(data) as About | { error: Partial<Problem> };
    if ('error' in told) {
      this.listener.onError(inPlainWords({ status: 500, ...told.error }));
    } else {
      this.about = told;
    }
  }
}
