import { useMemo } from 'preact/hooks';
import { Failure } from '../components/Failure';
import { tensorOf, type Asking } from './answers';
import { imagesOf, type Images } from './images';
import { combined, type Prior } from './prior';
import { Tile } from './Tile';
import { useAnswer } from './useAnswer';

type Props = Asking & {
  prior: Prior;
  images: Images;
  /** The latent vectors of the pictures, one after the other. */
  vectors: Float32Array;
  /** The places of the terms, as far as they are chosen. */
  picked: readonly number[];
};

const NAMES = ['A', 'B', 'C'] as const;
const nothing = () => undefined;

/** A − B + C, calculated with latent vectors and seen as a picture. */
export function Arithmetic({ model, input, prior, images, vectors, picked }: Props) {
  const dimensions = vectors.length / images.count;
  const question = useMemo(() => {
    if (picked.length < NAMES.length) {
      return undefined;
    }
    const [a, b, c] = picked.map((place) => vectors.subarray(place * dimensions, (place + 1) * dimensions));
    return tensorOf(input, combined(prior, a!, b!, c!));
  }, [input, prior, vectors, picked]);
  const { answer, error } = useAnswer({ ...model, onAnswered: nothing }, question);
  const result = useMemo(() => imagesOf(answer), [answer]);
  return (
    <div class="arithmetic" role="group" aria-label="Arithmetic with latent vectors">
      {NAMES.map((name, i) => (
        <span key={name} class="term">
          {i > 0 && <b>{i === 1 ? '−' : '+'}</b>}
          <span class="slot">{picked[i] === undefined ? name : <Tile images={images} index={picked[i]} label={`${name}: picture ${picked[i] + 1}`} />}</span>
        </span>
      ))}
      <span class="term">
        <b>=</b>
        <span class="slot" data-testid="sum">
          {question && result ? <Tile images={result} index={0} label="what the sum of their vectors gives" /> : '?'}
        </span>
      </span>
      <p class="hint" role="status">
        {question ? 'What A has and B has not, added to C.' : `Choose ${NAMES.slice(picked.length).join(', ')} among the pictures.`}
      </p>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}
