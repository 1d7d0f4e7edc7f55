import { count, figure } from '../plot/numbers';
import { metricAt, textHistory } from '../stream/view';
import type { NaturalPicture, PictureProps } from './natural';
import { Waiting } from './Waiting';

/** Older samples that are listed. */
const LISTED = 12;

function Picture({ model, moment, step, compact }: PictureProps) {
  const history = textHistory(model, 'sample', moment);
  const newest = history.at(-1);
  if (!newest) {
    return <Waiting />;
  }
  const older = history.slice(0, -1).slice(-LISTED).reverse();
  const loss = metricAt(model.metrics['trainLoss'], step);
  return (
    <div class={`samples ${compact ? 'compact' : ''}`}>
      <figure>
        <figcaption>
          Written at step {count(newest.step)}
          {typeof loss === 'number' && <>, at a loss of {figure(loss)} nats a character</>}
        </figcaption>
        <blockquote class="sample">{newest.text}</blockquote>
      </figure>
      {!compact && older.length > 0 && (
        <div class="older">
          <h3>Before</h3>
          <ol>
            {older.map((sample) => (
              <li key={sample.seq}>
                <span class="hint">step {count(sample.step)}</span>
                <blockquote class="sample">{sample.text}</blockquote>
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

export const charRnn: NaturalPicture = {
  Picture,
  keys: ['text:sample'],
  charts: [
    { title: 'Loss, nats a character', metrics: ['trainLoss', 'validationLoss', 'bestValidationLoss'] },
    { title: 'Gradient norm', metrics: ['gradientNorm'] },
    { title: 'Learning rate', metrics: ['learningRate'] },
    { title: 'Epoch', metrics: ['epoch'] },
  ],
};
