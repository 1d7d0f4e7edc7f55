import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { listCheckpoints } from '../api/client';
import type { Checkpoint } from '../api/wire';
import type { Note } from '../stream/fold';
import { Refresher } from './refresher';

/** A run may write checkpoints faster than one can look. */
const REST_MS = 500;

export interface KeptCheckpoints {
  /** Oldest first; the older ones thin out. */
  checkpoints: readonly Checkpoint[];
  reload: () => void;
}

/** The checkpoints that a run still has, looked up again whenever its record tells of one. */
export function useCheckpoints(run: string, notes: readonly Note[]): KeptCheckpoints {
  const [known, setKnown] = useState<{ run: string; checkpoints: Checkpoint[] }>();
  const refresher = useRef<Refresher | null>(null);
  const newest = notes.findLast(({ event }) => event.type === 'checkpoint' || (event.type === 'command.applied' && /pin$/.test(event.data.type)));

  useEffect(() => {
    const load = async () => {
      // What cannot be loaded now is loaded with the next checkpoint; the page tells of a lost connection elsewhere.
      const checkpoints = await listCheckpoints(run).catch(() => undefined);
      if (checkpoints && refresher.current === own) {
        setKnown({ run, checkpoints });
      }
    };
    const own = new Refresher(load, (callback) => setTimeout(callback, REST_MS));
    refresher.current = own;
    return () => own.close();
  }, [run]);
  useEffect(() => refresher.current?.ask(), [run, newest?.event.seq]);

  const reload = useCallback(() => refresher.current?.ask(), []);
  return { checkpoints: known?.run === run ? known.checkpoints : [], reload };
}
