import { useEffect, useState } from 'preact/hooks';
import { findRun, metricsOf } from '../api/client';
import type { MetricHistory, Run } from '../api/wire';
import { isTerminal } from '../stream/events';

/** A run from which another one was forked. */
export interface Ancestor {
  run: Run;
  metrics: Readonly<Record<string, MetricHistory>>;
  /** The step at which its child begins. */
  forkedAt: number;
}

export interface Ancestors {
  /** The parent, its parent, and so on. */
  known: readonly Ancestor[];
  /** The parent is not there any more. */
  isOrphan: boolean;
}

const NONE: Ancestors = { known: [], isOrphan: false };
/** More curves in one chart nobody tells apart. */
const MOST = 4;
/** A parent may train on beside its child. */
const AGAIN_MS = 5000;

/** The runs that a run descends from, with their curves; read again while one of them trains. */
export function useAncestors(run: Run): Ancestors {
  const [state, setState] = useState<Ancestors & { of: string }>({ ...NONE, of: '' });
  useEffect(() => {
    if (!run.parent) {
      return;
    }
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const loaded = await ancestorsOf(run, abort.signal);
      if (!abort.signal.aborted) {
        setState({ ...loaded, of: run.id });
        if (loaded.known.some((each) => !isTerminal(each.run.state))) {
          timer = setTimeout(() => void load(), AGAIN_MS);
        }
      }
    };
    void load();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [run.id, run.parent?.run]);
  return state.of === run.id ? state : NONE;
}

async function ancestorsOf(run: Run, signal: AbortSignal): Promise<Ancestors> {
  const known: Ancestor[] = [];
  let child = run;
  while (child.parent && known.length < MOST) {
    const { run: id, step } = child.parent;
    try {
      const [parent, metrics] = await Promise.all([findRun(id, signal), metricsOf(id, signal)]);
      known.push({ run: parent, metrics, forkedAt: step });
      child = parent;
    } catch {
      // Deleted, or out of reach: what is known so far is shown.
      return { known, isOrphan: known.length === 0 };
    }
  }
  return { known, isOrphan: false };
}
