import { useEffect, useState } from 'preact/hooks';
import { pin } from '../api/client';
import type { Checkpoint } from '../api/wire';
import { Failure } from '../components/Failure';
import { count } from '../plot/numbers';
import type { Moment } from './useMoment';

interface Props {
  run: string;
  checkpoints: readonly Checkpoint[];
  moment: Moment;
  /** The step of the checkpoint that answered last. */
  answered: number | undefined;
  /** The pins are others now. */
  onPinned: () => void;
}

/** Each checkpoint is seen for so long, or until it has answered. */
const FRAME_MS = 160;

/** A slider over every checkpoint that is kept: the same question, asked at another time of the training. */
export function TimeSlider({ run, checkpoints, moment, answered, onPinned }: Props) {
  const { checkpoint, index, isLatest, go } = moment;
  const [playing, setPlaying] = useState(false);
  const last = checkpoints.length - 1;
  const hasAnswered = answered === checkpoint.step;

  useEffect(() => {
    if (!playing || !hasAnswered) {
      return;
    }
    const timer = setTimeout(() => (isLatest ? setPlaying(false) : go(index + 1)), FRAME_MS);
    return () => clearTimeout(timer);
  }, [playing, hasAnswered, isLatest, index, go]);

  if (last < 1) {
    return null;
  }
  const play = () => {
    if (isLatest) {
      go(0);
    }
    setPlaying(true);
  };
  return (
    <div class="timeline travel" role="group" aria-label="Time travel">
      <button type="button" onClick={() => (playing ? setPlaying(false) : play())}>
        {playing ? 'Hold' : 'Play'}
      </button>
      <div class="timeline-track">
        <input
          type="range"
          min={0}
          max={last}
          value={index}
          aria-label="Checkpoint that answers"
          aria-valuetext={`step ${count(checkpoint.step)}${isLatest ? ', the newest' : ''}`}
          onInput={(event) => {
            setPlaying(false);
            go(Number(event.currentTarget.value));
          }}
        />
        <div class="timeline-marks" aria-hidden="true">
          {checkpoints.map(({ step, pinned }, i) => (
            <i key={step} class={pinned ? 'mark-pinned' : ''} title={`step ${count(step)}${pinned ? ', pinned' : ''}`} style={{ left: `${(100 * i) / last}%` }} />
          ))}
        </div>
      </div>
      <output data-testid="travel-step">step {count(checkpoint.step)}</output>
      <div class="row">
        <Pin key={checkpoint.step} run={run} checkpoint={checkpoint} onPinned={onPinned} />
        <button
          type="button"
          class={isLatest ? '' : 'primary'}
          disabled={isLatest}
          onClick={() => {
            setPlaying(false);
            go(last);
          }}
        >
          Newest
        </button>
      </div>
    </div>
  );
}

/** Checkpoints thin out as they grow older; a pinned one stays. */
function Pin({ run, checkpoint: { step, pinned }, onPinned }: { run: string; checkpoint: Checkpoint; onPinned: () => void }) {
  const [error, setError] = useState<unknown>();
  const toggle = () =>
    pin(run, step, !pinned).then(() => {
      setError(undefined);
      onPinned();
    }, setError);
  return (
    <>
      <button type="button" class="quiet" aria-pressed={pinned} title="Older checkpoints thin out; a pinned one stays." onClick={() => void toggle()}>
        {pinned ? 'pinned' : 'pin'}
      </button>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}
