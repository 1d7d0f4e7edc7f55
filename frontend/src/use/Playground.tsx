import { useState } from 'preact/hooks';
import { command, describeModel } from '../api/client';
import type { ModelCard, Run, TensorCard } from '../api/wire';
import { Failure } from '../components/Failure';
import { Loading } from '../components/Loading';
import { useLoaded } from '../components/useLoaded';
import type { PictureProps } from '../pictures/natural';
import type { Pictures } from '../stream/view';
import { TimeSlider } from '../travel/TimeSlider';
import type { KeptCheckpoints } from '../travel/useCheckpoints';
import { useMoment, type Moment } from '../travel/useMoment';
import { AttributeEditor } from './AttributeEditor';
import { CodePlane } from './CodePlane';
import { DigitReader } from './DigitReader';
import { FeatureRow } from './FeatureRow';
import { ImageSampler } from './ImageSampler';
import { PointProbe } from './PointProbe';
import { Redrawer } from './Redrawer';
import { SampleBox } from './SampleBox';
import { DIGIT_SIDE } from './digit';
import { priorOf } from './prior';

interface Props {
  run: Run;
  abilities: readonly string[];
  /** The checkpoints that can answer. */
  kept: KeptCheckpoints;
  pictures: Pictures;
  probe: PictureProps['probe'];
}

const TITLES: Readonly<Record<string, string>> = {
  classify: 'Try it',
  predict: 'Predict',
  sample: 'Draw samples',
  decode: 'Explore the latent space',
};

/** Whether there is something to use here. Writing text has its own box. */
export function canBeUsed(abilities: readonly string[]): boolean {
  return abilities.some((ability) => ability in TITLES);
}

/** The model of a run in use, also while it learns, at whichever of its checkpoints is looked at. */
export function Playground({ isTraining, ...rest }: Props & { isTraining: boolean }) {
  const { run, abilities, kept } = rest;
  const ability = abilities.find((each) => each in TITLES)!;
  const moment = useMoment(kept.checkpoints);
  const [answered, setAnswered] = useState<number>();
  return (
    <section class="panel playground" aria-labelledby="use">
      <header>
        <h2 id="use">{TITLES[ability]}</h2>
        {isTraining && <NewerOne run={run.id} />}
      </header>
      {moment === undefined ? (
        <p class="hint">The model can be used once there is a checkpoint.</p>
      ) : (
        <>
          <TimeSlider run={run.id} checkpoints={kept.checkpoints} moment={moment} answered={answered} onPinned={kept.reload} />
          <Loaded {...rest} ability={ability} moment={moment} onAnswered={setAnswered} />
        </>
      )}
    </section>
  );
}

/** It answers from its newest checkpoint: makes a newer one. */
function NewerOne({ run }: { run: string }) {
  const [error, setError] = useState<unknown>();
  const make = () => command(run, { type: 'checkpoint' }).then(() => setError(undefined), setError);
  return (
    <>
      <button type="button" class="quiet" onClick={() => void make()}>
        use it as it is now
      </button>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}

type LoadedProps = Props & { ability: string; moment: Moment; onAnswered: (step: number) => void };

function Loaded(props: LoadedProps) {
  const { run, ability } = props;
  const card = useLoaded((signal) => describeModel(run.id, ability, signal), [run.id, ability]);
  if (!card.value) {
    return card.error === undefined ? <Loading what="the model" /> : <Failure error={card.error} retry={card.reload} />;
  }
  return <Use {...props} card={card.value} />;
}

const nothing = () => undefined;

/** Whether a picture is as large as a digit on the pad becomes. */
function isDigit({ shape }: TensorCard): boolean {
  return shape.length === 3 && shape[1] === DIGIT_SIDE && shape[2] === DIGIT_SIDE;
}

/** The outputs that are shown, the best first. */
const SHOWN = ['image', 'probabilities', 'values', 'x'];

function Use({ run, ability, abilities, moment, pictures, probe, card, onAnswered }: LoadedProps & { card: ModelCard }) {
  const input = card.inputs[0]!;
  const output = SHOWN.flatMap((name) => card.outputs.filter((each) => each.name === name))[0] ?? card.outputs[0]!;
  const width = input.shape.slice(1).reduce((product, size) => product * size, 1);
  const classes = card.properties?.['classes']?.split(',') ?? [];
  const { step, sha256 } = moment.checkpoint;
  const common = { model: { run: run.id, step, sha256, ability, output, onAnswered }, input };
  const beside = { ...common, model: { ...common.model, onAnswered: nothing } };
  if (ability === 'sample' || ability === 'decode') {
    const prior = priorOf(card.properties?.[`prior.${input.name}`]);
    return output.name === 'image' ? (
      <>
        {ability === 'decode' && width === 2 && <CodePlane {...beside} pictures={pictures} />}
        {ability === 'decode' && abilities.includes('encode') && isDigit(output) && <Redrawer {...beside} />}
        {abilities.includes('edit') && <AttributeEditor {...beside} dimensions={width} prior={prior} />}
        <ImageSampler {...common} dimensions={width} prior={prior} isLatest={moment.isLatest} />
      </>
    ) : (
      <SampleBox {...common} width={width} prior={prior} />
    );
  }
  if (ability === 'predict' && width === 2 && probe) {
    return <PointProbe {...common} pictures={pictures} probe={probe} />;
  }
  return ability === 'classify' && width === DIGIT_SIDE ** 2 ? (
    <DigitReader {...common} classes={classes} />
  ) : (
    <FeatureRow {...common} width={width} classes={classes} />
  );
}
