import { useState } from 'preact/hooks';
import type { Tensor } from '../api/wire';
import { Failure } from '../components/Failure';
import { HistogramPicture } from '../pictures/HistogramPicture';
import { count, figure } from '../plot/numbers';
import { outputOf, stepOf, tensorOf, type Asking } from './answers';
import { drawMany, randomSeed, type Prior } from './prior';
import { histogramOf, momentsOf } from './samples';
import { useAnswer } from './useAnswer';

const SAMPLES = 1000;
const BINS = 40;

/** Draws samples of a generator, and the same noise again by another checkpoint. */
export function SampleBox({ model, input, width, prior }: Asking & { width: number; prior: Prior }) {
  const [question, setQuestion] = useState<Tensor>();
  const { answer, error } = useAnswer(model, question);
  const samples = outputOf(answer, 'x');
  const draw = () => setQuestion(tensorOf(input, drawMany(prior, randomSeed(), SAMPLES, width), SAMPLES));
  return (
    <div class="sample-box">
      <div class="row">
        <button type="button" class="primary" onClick={draw}>
          {question ? 'Draw others' : `Draw ${count(SAMPLES)} samples`}
        </button>
        <p class="reading" role="status" data-testid="reading">
          {samples && told(samples)}
          {samples && <span class="hint"> · by step {count(stepOf(answer, model.step))}</span>}
        </p>
      </div>
      {samples && <HistogramPicture title="What it makes of this noise" histogram={histogramOf('samples', samples, BINS)} />}
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

function told(samples: ArrayLike<number>): string {
  const { mean, deviation } = momentsOf(samples);
  return `${count(samples.length)} samples: mean ${figure(mean)}, standard deviation ${figure(deviation)}`;
}
