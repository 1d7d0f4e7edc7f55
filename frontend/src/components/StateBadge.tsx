import type { RunState } from '../stream/events';

const NAMES: Record<RunState, string> = {
  QUEUED: 'waiting',
  PREPARING: 'preparing',
  RUNNING: 'running',
  PAUSED: 'paused',
  INTERRUPTED: 'interrupted',
  SUCCEEDED: 'done',
  FAILED: 'failed',
  CANCELLED: 'stopped',
};

/** The name of a state for people. */
export function stateName(state: RunState): string {
  return NAMES[state];
}

export function StateBadge({ state }: { state: RunState }) {
  return <span class={`badge state-${state.toLowerCase()}`}>{NAMES[state]}</span>;
}
