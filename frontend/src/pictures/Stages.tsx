import { count } from '../plot/numbers';
import { setQuery } from '../router';
import type { RunModel } from '../stream/fold';
import { stageNumber, stagesOf } from './stages';

/** A button for each stage of a run's story, which goes to where it begins; what the present one is stands beside them. */
export function Stages({ model, text }: { model: RunModel; text: string }) {
  const here = stageNumber(text);
  return (
    <div class="stages">
      <div class="row" role="group" aria-label="Stages">
        {stagesOf(model).map(({ number, text, step, seq }) => (
          <button
            key={number}
            type="button"
            aria-current={number === here ? 'step' : undefined}
            title={`from step ${count(step)}: ${text}`}
            onClick={() => setQuery({ seq })}
          >
            <span class="unseen">Stage </span>
            {number}
          </button>
        ))}
      </div>
      <p class="stage" aria-live="polite">
        {text}
      </p>
    </div>
  );
}
