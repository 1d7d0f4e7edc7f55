import { useMemo, useState } from 'preact/hooks';
import { Failure } from '../components/Failure';
import { count } from '../plot/numbers';
import { stepOf, tensorOf, type Asking } from './answers';
import { Arithmetic } from './Arithmetic';
import { imagesOf } from './images';
import { drawMany, randomSeed, type Prior } from './prior';
import { Tile } from './Tile';
import { useAnswer } from './useAnswer';
import { WalkBox } from './WalkBox';

/** Pictures in a column and in a row. */
const ROWS = 4;
const COLUMNS = 8;
/** Terms of a − b + c. */
const TERMS = 3;

type Props = Asking & {
  dimensions: number;
  prior: Prior;
  /** Whether the newest checkpoint answers, and newer ones after it. */
  isLatest: boolean;
};

/** Pictures of the same latent vectors at whichever checkpoint is looked at; one can calculate with them, and walk from one to the next. */
export function ImageSampler({ model, input, dimensions, prior, isLatest }: Props) {
  const [seed, setSeed] = useState(1);
  const [picked, setPicked] = useState<readonly number[]>([]);
  const vectors = useMemo(() => drawMany(prior, seed, ROWS * COLUMNS, dimensions), [prior, seed, dimensions]);
  const question = useMemo(() => tensorOf(input, vectors, ROWS * COLUMNS), [input, vectors]);
  const { answer, error } = useAnswer(model, question);
  const images = useMemo(() => imagesOf(answer), [answer]);
  const pick = (index: number) =>
    setPicked((before) => (before.includes(index) ? before.filter((each) => each !== index) : [...before, index].slice(-TERMS)));
  const film = `/api/v1/runs/${encodeURIComponent(model.run)}/timelapse.gif?seed=${seed}&rows=${ROWS}&columns=${COLUMNS}`;
  return (
    <div class="image-sampler">
      <div class="row">
        <button type="button" class="primary" onClick={() => setSeed(randomSeed())}>
          Draw others
        </button>
        <p class="reading" role="status" data-testid="reading">
          {images && (
            <>
              {count(images.count)} pictures <span class="hint">· by step {count(stepOf(answer, model.step))}, seed {seed}</span>
            </>
          )}
        </p>
        <a href={film} download={`${model.run}-timelapse.gif`}>
          Time-lapse as a GIF
        </a>
      </div>
      {images && (
        <div class="tiles" style={{ '--columns': COLUMNS }}>
          {Array.from({ length: images.count }, (_, i) => (
            <button key={i} type="button" aria-pressed={picked.includes(i)} onClick={() => pick(i)}>
              <Tile images={images} index={i} label={`picture ${i + 1}`} />
              {picked.includes(i) && <span aria-hidden="true">{'ABC'[picked.indexOf(i)]}</span>}
            </button>
          ))}
        </div>
      )}
      {error !== undefined && <Failure error={error} />}
      {images && <Arithmetic model={model} input={input} prior={prior} images={images} vectors={vectors} picked={picked} />}
      <WalkBox run={model.run} seed={seed} rows={ROWS} columns={COLUMNS} step={isLatest ? 'latest' : model.step} />
    </div>
  );
}
