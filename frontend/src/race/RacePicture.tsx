import type { ComponentChildren } from 'preact';
import { ConfusionMatrix } from '../pictures/ConfusionMatrix';
import type { Chart, NaturalPicture, PictureProps } from '../pictures/natural';
import { PixelImage } from '../pictures/PixelImage';
import { Waiting } from '../pictures/Waiting';
import { figure } from '../plot/numbers';
import { metricAt, pictureOf } from '../stream/view';
import { FamilyTree } from './FamilyTree';
import { LaneTable } from './LaneTable';
import { raceChart } from './lanes';
import { SurfacePicture } from './SurfacePicture';

interface RaceProps {
  props: PictureProps;
  /** The metric that tells how far a lane has got. */
  reached: [metric: string, title: string];
  onSurface?: boolean;
  children: ComponentChildren;
}

/** The lanes' table and the family, beside or beneath what a race shows. */
function Race({ props, reached, onSurface = false, children }: RaceProps) {
  const { model, pictures, step } = props;
  const lanes = pictureOf(pictures, 'matrix', 'lanes');
  const [metric, title] = reached;
  const of = (lane: string) => figure(metricAt(model.metrics[`${metric}.${lane}`], step));
  return (
    <div class={`race ${onSurface ? 'on-surface' : ''}`}>
      {children}
      {lanes && (
        <div class="race-about">
          <LaneTable lanes={lanes} reached={{ title, of }} />
          <FamilyTree lanes={lanes.rows} />
        </div>
      )}
    </div>
  );
}

function Surface(props: PictureProps) {
  const surface = pictureOf(props.pictures, 'field', 'surface');
  const paths = pictureOf(props.pictures, 'trail', 'paths');
  if (!surface || !paths) {
    return <Waiting />;
  }
  const picture = <SurfacePicture surface={surface} paths={paths} compact={props.compact} />;
  return props.compact ? (
    picture
  ) : (
    <Race props={props} reached={['loss', 'height']} onSurface>
      {picture}
    </Race>
  );
}

/** Classifiers: what their first layer looks for, and what they mistake. */
function Classifiers({ props, id, title }: { props: PictureProps; id: string; title: string }) {
  const image = pictureOf(props.pictures, 'image', id);
  const confusion = pictureOf(props.pictures, 'matrix', 'confusion');
  const lanes = pictureOf(props.pictures, 'matrix', 'lanes');
  if (!image && !confusion && !lanes) {
    return <Waiting />;
  }
  if (props.compact) {
    return image ? <PixelImage image={image} title={title} /> : <Waiting />;
  }
  return (
    <Race props={props} reached={['validationError', 'validation error']}>
      <div class="side-by-side">
        {image && <PixelImage image={image} title={title} />}
        {confusion && <ConfusionMatrix matrix={confusion} />}
      </div>
    </Race>
  );
}

const ERRORS: readonly Chart[] = [
  raceChart('Validation error, one line an optimizer', 'validationError', true),
  raceChart('Training loss', 'trainLoss', true),
  raceChart('Test error', 'testError', true),
  raceChart('Rank', 'rank'),
  { title: 'The best of them', metrics: ['trainLoss', 'validationError', 'testError'], logarithmic: true },
];

/** The table of lanes, and how they descend from each other, which the tree draws. */
const ABOUT = ['matrix:lanes', 'text:family'];

export const optimizers: NaturalPicture = {
  Picture: Surface,
  keys: ['field:surface', 'trail:paths', ...ABOUT],
  charts: [raceChart('Height of the surface, one line an optimizer', 'loss', true), raceChart('Distance to the minimum', 'distance', true)],
};

export const logistic: NaturalPicture = {
  Picture: (props) => <Classifiers props={props} id="weights" title="What each class looks for" />,
  keys: ['image:weights', 'matrix:confusion', ...ABOUT],
  charts: ERRORS,
};

export const mlpDigits: NaturalPicture = {
  Picture: (props) => <Classifiers props={props} id="filters" title="What the units of the first layer look for" />,
  keys: ['image:filters', 'matrix:confusion', ...ABOUT],
  charts: ERRORS,
};
