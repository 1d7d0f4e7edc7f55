import { useState } from 'preact/hooks';
import { command, describeModel } from '../api/client';
import type { ModelCard, Run } from '../api/wire';
import { Failure } from '../components/Failure';
import { Loading } from '../components/Loading';
import { useLoaded } from '../components/useLoaded';
import type { PictureProps } from '../pictures/natural';
import type { Pictures } from '../stream/view';
import { CodePlane } from './CodePlane';
import { DigitReader } from './DigitReader';
import { FeatureRow } from './FeatureRow';
import { PointProbe } from './PointProbe';
import { Redrawer } from './Redrawer';
import { SampleBox } from './SampleBox';
import { DIGIT_SIDE } from './digit';

interface Props {
  run: Run;
  abilities: readonly string[];
  /** The step of the newest checkpoint; the model answers from it, and again when there is a newer one. */
  checkpoint: number | undefined;
  pictures: Pictures;
  probe: PictureProps['probe'];
}

const TITLES: Readonly<Record<string, string>> = { classify: 'Try it', predict: 'Ask it', decode: 'Play with codes', sample: 'Let it draw samples' };

/** Whether there is something to use here. Writing text has its own box. */
export function canBeUsed(abilities: readonly string[]): boolean {
  return abilities.some((ability) => ability in TITLES);
}

/** The model of a run in use, also while it learns. */
export function Playground({ checkpoint, isTraining, ...rest }: Props & { isTraining: boolean }) {
  const ability = rest.abilities.find((each) => each in TITLES)!;
  return (
    <section class="panel playground" aria-labelledby="use">
      <header>
        <h2 id="use">{TITLES[ability]}</h2>
        {isTraining && <NewerOne run={rest.run.id} />}
      </header>
      {checkpoint === undefined ? (
        <p class="hint">It can be used from its first checkpoint on.</p>
      ) : (
        <Loaded {...rest} ability={ability} checkpoint={checkpoint} />
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

type LoadedProps = Props & { ability: string; checkpoint: number };

function Loaded(props: LoadedProps) {
  const card = useLoaded((signal) => describeModel(props.run.id, signal), [props.run.id]);
  if (!card.value) {
    return card.error === undefined ? <Loading what="the model" /> : <Failure error={card.error} retry={card.reload} />;
  }
  return <Use {...props} card={card.value} />;
}

function Use({ run, ability, abilities, checkpoint, pictures, probe, card }: LoadedProps & { card: ModelCard }) {
  const input = card.inputs[0]!;
  const width = input.shape.slice(1).reduce((product, size) => product * size, 1);
  const classes = card.properties?.['classes']?.split(',') ?? [];
  const common = { run: run.id, input, checkpoint };
  if (ability === 'decode') {
    return (
      <>
        {width === 2 && <CodePlane {...common} pictures={pictures} />}
        {abilities.includes('encode') && <Redrawer {...common} />}
      </>
    );
  }
  if (ability === 'sample') {
    return <SampleBox {...common} width={width} params={run.params} />;
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
