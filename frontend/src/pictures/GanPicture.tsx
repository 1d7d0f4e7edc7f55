import { metricAt, pictureOf } from '../stream/view';
import { ClassCounts } from './ClassCounts';
import type { NaturalPicture, PictureProps } from './natural';
import { PixelImage } from './PixelImage';
import { Waiting } from './Waiting';

function Picture({ model, pictures, step, compact }: PictureProps) {
  const samples = pictureOf(pictures, 'image', 'samples');
  const classes = pictureOf(pictures, 'histogram', 'classes');
  const alarm = pictureOf(pictures, 'text', 'alarm');
  const isRaised = metricAt(model.metrics['collapsed'], step) === 1;
  if (!samples) {
    return <Waiting />;
  }
  const { caption: _, ...grid } = samples;
  return (
    <div class="digit-gan">
      {alarm && (
        <p class={isRaised ? 'notice bad' : 'notice'} role={compact ? undefined : 'status'}>
          {alarm.text}
        </p>
      )}
      <div class="digit-gan-body">
        <PixelImage image={compact ? grid : samples} title="Samples" />
        {classes && !compact && <ClassCounts title="Which digits a net that reads them sees in 1,000 samples" histogram={classes} />}
      </div>
    </div>
  );
}

const KEYS = ['image:samples', 'histogram:classes', 'text:alarm'];
const CONTEST = [
  { title: 'Losses', metrics: ['dLoss', 'gLoss'] },
  { title: 'Mean output of the discriminator', metrics: ['dReal', 'dFake'] },
];
const VARIETY = [
  { title: 'Signs of mode collapse: the alarm is on below 1.5', metrics: ['classEntropy', 'twinDistance'] },
  { title: 'Digits covered', metrics: ['classesCovered'] },
  { title: 'Share of the two most frequent digits, and confidence', metrics: ['top2Share', 'confidence'] },
];
/** The alarm tells them. */
const SILENT = ['collapsed', 'collapseStep'];

export const ganDigits: NaturalPicture = {
  Picture,
  keys: KEYS,
  charts: [...CONTEST, { title: 'Accuracy of the discriminator, and share of generated pictures that it takes for real', metrics: ['dAccuracy', 'gAccuracy'] }, ...VARIETY],
  silent: SILENT,
};

/** Where the pictures are no digits, nobody judges them. */
export const dcgan: NaturalPicture = {
  Picture,
  keys: KEYS,
  charts: [
    ...CONTEST,
    { title: 'Fréchet distance to real digits', metrics: ['fid'], logarithmic: true },
    { title: 'Ratio of the first distance to this one', metrics: ['fidRatio'] },
    ...VARIETY,
  ],
  silent: SILENT,
};
