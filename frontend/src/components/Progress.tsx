import { count } from '../plot/numbers';

/** How far a run is. */
export function Progress({ step, steps, label }: { step: number; steps: number; label: string }) {
  const share = steps > 0 ? Math.min(1, step / steps) : 0;
  return (
    <div class="progress">
      <div
        class="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={steps}
        aria-valuenow={step}
      >
        <div class="progress-done" style={{ width: `${100 * share}%` }} />
      </div>
      <span class="progress-text">
        step <b data-testid="step">{count(step)}</b>
        {steps > 0 && <> of {count(steps)}</>}
      </span>
    </div>
  );
}
