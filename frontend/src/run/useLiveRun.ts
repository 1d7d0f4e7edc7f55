import { useEffect, useRef, useState } from 'preact/hooks';
import { EMPTY, type RunModel } from '../stream/fold';
import { LiveRun } from '../stream/liveRun';
import type { StreamStatus } from '../stream/runStream';
import { animationFrames, browserWorld } from './world';

export interface Live {
  model: RunModel;
  status: StreamStatus;
  retryNow: () => void;
}

/** A run as it is now, followed for as long as the page is there. */
export function useLiveRun(run: string, afterSeq = 0): Live {
  const [seen, setSeen] = useState<{ run: string; model: RunModel; status: StreamStatus }>();
  const live = useRef<LiveRun | null>(null);

  useEffect(() => {
    const path = `/ws/v1/runs/${encodeURIComponent(run)}`;
    live.current = new LiveRun(path, afterSeq, browserWorld(run), animationFrames, (model, status) =>
      setSeen({ run, model, status }),
    );
    const retry = () => live.current?.retryNow();
    window.addEventListener('online', retry);
    return () => {
      window.removeEventListener('online', retry);
      live.current?.close();
    };
  }, [run]);

  const current = seen?.run === run ? seen : undefined;
  return {
    model: current?.model ?? EMPTY,
    status: current?.status ?? { kind: 'connecting' },
    retryNow: () => live.current?.retryNow(),
  };
}
