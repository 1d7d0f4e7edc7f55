import { useState } from 'preact/hooks';
import { command } from '../api/client';
import { Failure } from '../components/Failure';
import type { RunState } from '../stream/events';

type Order = 'pause' | 'resume' | 'checkpoint' | 'stop';

const NAMES: Record<Order, string> = { pause: 'Pause', resume: 'Resume', checkpoint: 'Checkpoint now', stop: 'Stop' };

/** What can be asked of a run in each state. */
const ALLOWED: Record<RunState, readonly Order[]> = {
  QUEUED: ['pause', 'stop'],
  PREPARING: ['pause', 'checkpoint', 'stop'],
  RUNNING: ['pause', 'checkpoint', 'stop'],
  PAUSED: ['resume', 'stop'],
  INTERRUPTED: ['resume', 'stop'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
};

/** Pause, resume, stop, checkpoint: those that the state knows. */
export function Controls({ run, state }: { run: string; state: RunState }) {
  const [asked, setAsked] = useState<Order>();
  const [error, setError] = useState<unknown>();
  const ask = async (order: Order) => {
    setAsked(order);
    setError(undefined);
    try {
      await command(run, { type: order });
    } catch (failure) {
      setError(failure);
    } finally {
      setAsked(undefined);
    }
  };
  return (
    <>
      <div class="row" role="group" aria-label="Control the run">
        {ALLOWED[state].map((order) => (
          <button
            key={order}
            type="button"
            class={order === 'stop' ? 'quiet-danger' : order === 'resume' ? 'primary' : ''}
            disabled={asked === order}
            onClick={() => void ask(order)}
          >
            {NAMES[order]}
          </button>
        ))}
      </div>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}
