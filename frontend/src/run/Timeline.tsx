import { useEffect, useState } from 'preact/hooks';
import { count } from '../plot/numbers';
import type { RunModel } from '../stream/fold';

interface Props {
  model: RunModel;
  /** The index of the moment that is looked back to; undefined for live. */
  at: number | undefined;
  onLook: (index: number | undefined) => void;
}

/** A whole replay takes about this long, but shows no more moments a second than one can follow. */
const REPLAY_MS = 12_000;
const FASTEST_MS = 40;

/** A slider over every moment that is kept: look back, replay, or follow live. */
export function Timeline({ model, at, onLook }: Props) {
  const [playing, setPlaying] = useState(false);
  const last = model.moments.length - 1;
  const index = at ?? last;

  useEffect(() => {
    if (!playing) {
      return;
    }
    const timer = setTimeout(
      () => {
        if (index >= last) {
          setPlaying(false);
          onLook(undefined);
        } else {
          onLook(index + 1);
        }
      },
      Math.max(FASTEST_MS, REPLAY_MS / (last + 1)),
    );
    return () => clearTimeout(timer);
  }, [playing, index, last]);

  if (last < 1) {
    return null;
  }
  const stepAt = (i: number) => count(model.moments[i]?.step ?? 0);
  const replay = () => {
    onLook(0);
    setPlaying(true);
  };
  return (
    <div class="timeline" role="group" aria-label="Timeline">
      <button type="button" onClick={() => (playing ? setPlaying(false) : replay())}>
        {playing ? 'Hold' : 'Replay'}
      </button>
      <div class="timeline-track">
        <input
          type="range"
          min={0}
          max={last}
          value={index}
          aria-label="Moment to look at"
          aria-valuetext={at === undefined ? `live, step ${stepAt(last)}` : `step ${stepAt(index)}, looking back`}
          onInput={(event) => {
            const chosen = Number(event.currentTarget.value);
            setPlaying(false);
            onLook(chosen >= last ? undefined : chosen);
          }}
        />
        <Marks model={model} />
      </div>
      <output>{at === undefined ? 'live' : `step ${stepAt(index)}`}</output>
      <button type="button" class={at === undefined ? '' : 'primary'} disabled={at === undefined} onClick={() => { setPlaying(false); onLook(undefined); }}>
        Live
      </button>
    </div>
  );
}

/** Where checkpoints were written and knobs were turned. */
function Marks({ model }: { model: RunModel }) {
  const last = Math.max(1, model.moments.length - 1);
  const placeOf = (seq: number) => model.moments.findLastIndex((moment) => moment.firstSeq <= seq) / last;
  return (
    <div class="timeline-marks" aria-hidden="true">
      {model.notes.map(({ event, superseded }) => {
        const turned = event.type === 'command.applied' && event.data.type === 'set';
        if (superseded || !(turned || event.type === 'checkpoint')) {
          return null;
        }
        const title = turned ? `setting changed at step ${event.step}` : `checkpoint at step ${event.step}`;
        return (
          <i key={event.seq} class={turned ? 'mark-set' : 'mark-checkpoint'} title={title} style={{ left: `${100 * Math.max(0, placeOf(event.seq))}%` }} />
        );
      })}
    </div>
  );
}
