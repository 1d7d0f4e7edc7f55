/** What the stream uses of the browser. */
import { findRun } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Diagnosis, Socket, World } from '../stream/runStream';
import type { Frames } from '../stream/liveRun';

/** The address of a WebSocket of the service that serves this page. */
export function socketUrl(path: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}

export function browserWorld(run: string): World {
  return {
    open: (url) => new WebSocket(socketUrl(url)) as unknown as Socket,
    async diagnose(): Promise<Diagnosis> {
      try {
        await findRun(run);
        return 'retry';
      } catch (error) {
        const status = error instanceof ProblemError ? error.status : 0;
        return status === 404 ? 'gone' : status === 401 ? 'unauthorized' : 'retry';
      }
    },
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}

export const animationFrames: Frames = (callback) => {
  const frame = requestAnimationFrame(callback);
  return () => cancelAnimationFrame(frame);
};
