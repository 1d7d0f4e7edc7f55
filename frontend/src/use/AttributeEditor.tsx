import { useMemo, useState } from 'preact/hooks';
import { describeModel } from '../api/client';
import type { ModelCard } from '../api/wire';
import { Failure } from '../components/Failure';
import { Loading } from '../components/Loading';
import { useLoaded } from '../components/useLoaded';
import { figure, words } from '../plot/numbers';
import { tensorOf, type Asking } from './answers';
import { imagesOf } from './images';
import { draw, randomSeed, type Prior } from './prior';
import { Tile } from './Tile';
import { useAnswer } from './useAnswer';
import { useFollowing } from './useFollowing';

/** As much of an attribute as can be added, or taken away: in differences between pictures with it and without. */
const MOST = 3;

const EDIT = 'edit';

type Props = Asking & { dimensions: number; prior: Prior };

/** A picture of a random code, and a slider for each attribute. */
export function AttributeEditor(props: Props) {
  const { run } = props.model;
  const card = useLoaded((signal) => describeModel(run, EDIT, signal), [run]);
  if (!card.value) {
    return card.error === undefined ? <Loading what="the attributes" /> : <Failure error={card.error} retry={card.reload} />;
  }
  return <Editor {...props} card={card.value} />;
}

function Editor({ model, input, dimensions, prior, card }: Props & { card: ModelCard }) {
  const [seed, setSeed] = useState(1);
  const names = card.properties?.['classes']?.split(',') ?? [];
  const [amounts, setAmounts] = useState<readonly number[]>(() => names.map(() => 0));
  const code = useMemo(() => tensorOf(input, draw(prior, seed, 0, dimensions)), [input, prior, seed, dimensions]);
  const original = useAnswer(model, code);
  const picture = original.answer?.outputs.find(({ name }) => name === 'image');
  const [pictureInput, amountsInput] = card.inputs;
  const question = useMemo(
    () => picture && [tensorOf(pictureInput!, picture.data), tensorOf(amountsInput!, amounts)],
    [picture, pictureInput, amountsInput, amounts],
  );
  const edited = useFollowing({ ...model, ability: EDIT, output: card.outputs[0]! }, question);
  const before = useMemo(() => imagesOf(original.answer), [original.answer]);
  const after = useMemo(() => imagesOf(edited.answer), [edited.answer]);
  const error = original.error ?? edited.error;
  return (
    <div class="attribute-editor">
      <figure>
        {before && <Tile images={before} index={0} label="The picture" />}
        <figcaption class="hint">a picture of a random code</figcaption>
      </figure>
      <figure>
        {after && <Tile images={after} index={0} label="The picture, edited" />}
        <figcaption class="hint">the same code with your changes</figcaption>
      </figure>
      <div>
        {names.map((name, i) => (
          <label key={name} class="amount">
            {words(name)}
            <input
              type="range"
              min={-MOST}
              max={MOST}
              step={0.1}
              value={amounts[i]}
              onInput={(event) => {
                const amount = Number(event.currentTarget.value);
                setAmounts((old) => old.map((each, j) => (j === i ? amount : each)));
              }}
            />
            <output>{figure(amounts[i])}</output>
          </label>
        ))}
        <div class="row">
          <button type="button" onClick={() => setSeed(randomSeed())}>
            Another picture
          </button>
          <button type="button" onClick={() => setAmounts(names.map(() => 0))}>
            Reset
          </button>
        </div>
      </div>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}
