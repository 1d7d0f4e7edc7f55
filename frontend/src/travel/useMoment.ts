import { useCallback } from 'preact/hooks';
import type { Checkpoint } from '../api/wire';
import { setQuery, usePlace } from '../router';

/** Which of a run's checkpoints is looked at; the place in time is part of the page's address. */
export interface Moment {
  checkpoint: Checkpoint;
  /** Its place among those that are kept. */
  index: number;
  /** Whether it is the newest one, and gives way to newer ones. */
  isLatest: boolean;
  /** Goes to another place; beyond the last: to the newest, whichever that is. */
  go: (index: number) => void;
}

/** The moment of this page; undefined while there is no checkpoint. */
export function useMoment(checkpoints: readonly Checkpoint[]): Moment | undefined {
  const told = usePlace().query.get('version');
  const go = useCallback(
    (index: number) => setQuery({ version: index >= checkpoints.length - 1 ? undefined : checkpoints[Math.max(0, index)]!.step }),
    [checkpoints],
  );
  if (checkpoints.length === 0) {
    return undefined;
  }
  const last = checkpoints.length - 1;
  // One that was thinned out meanwhile: its neighbour.
  const found = told === null ? last : checkpoints.findIndex(({ step }) => step >= Number(told));
  const index = found < 0 ? last : found;
  return { checkpoint: checkpoints[index]!, index, isLatest: index === last, go };
}
