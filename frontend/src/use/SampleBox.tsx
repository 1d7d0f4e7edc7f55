import { useState } from 'preact/hooks';
import type { Parameters, Tensor } from '../api/wire';
import { Failure } from '../components/Failure';
import { HistogramPicture } from '../pictures/HistogramPicture';
import { count, figure } from '../plot/numbers';
import { outputOf, stepOf, tensorOf, type Asking } from './answers';
import { histogramOf, momentsOf, noise } from './samples';
import { useAnswer } from './useAnswer';

const SAMPLES = 1000;
const BINS = 40;

/** Draws samples of a generator, and draws the same noise again when it has learned more. */
export function SampleBox({ run, input, checkpoint, width, params }: Asking & { width: number; params: Parameters }) {
  const [question, setQuestion] = useState<Tensor>();
  const { answer, error } = useAnswer(run, question, checkpoint);
  const samples = outputOf(answer, 'x');
  const reach = Number(params['sigma']) || 1;
  const draw = () => setQuestion(tensorOf(input, noise(SAMPLES * width, reach, Math.random), SAMPLES));
  return (
    <div class="sample-box">
      <div class="row">
        <button type="button" class="primary" onClick={draw}>
          {question ? 'Draw others' : `Draw ${count(SAMPLES)} samples`}
        </button>
        <p class="reading" role="status" data-testid="reading">
          {samples && told(samples)}
          {samples && <span class="hint"> · by step {count(stepOf(answer, checkpoint))}</span>}
        </p>
      </div>
      {samples && <HistogramPicture title="What it makes of new noise" histogram={histogramOf('samples', samples, BINS)} />}
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

function told(samples: readonly number[]): string {
  const { mean, deviation } = momentsOf(samples);
  return `${count(samples.length)} samples: mean ${figure(mean)}, standard deviation ${figure(deviation)}`;
}
