import { figure } from '../plot/numbers';
import { metricAt, pictureOf } from '../stream/view';
import type { NaturalPicture, PictureProps } from './natural';
import { PixelImage } from './PixelImage';
import { Waiting } from './Waiting';

function Samples({ pictures, compact }: PictureProps) {
  const samples = pictureOf(pictures, 'image', 'samples');
  if (!samples) {
    return <Waiting />;
  }
  const { caption: _, ...grid } = samples;
  return <PixelImage image={compact ? grid : samples} title="Samples" />;
}

function Autoencoders(props: PictureProps) {
  const { model, pictures, step, compact } = props;
  const reconstructions = pictureOf(pictures, 'image', 'reconstructions');
  const edits = pictureOf(pictures, 'image', 'edits');
  if (compact || !reconstructions) {
    return <Samples {...props} />;
  }
  const ratio = metricAt(model.metrics['featureErrorRatio'], step);
  return (
    <div class="vae">
      {typeof ratio === 'number' && (
        <p class="reading">
          In what the discriminator sees, its drawings of test pictures are <b>{figure(ratio)}</b> times as wrong as the plain
          autoencoder's.
        </p>
      )}
      <PixelImage image={reconstructions} title="Test pictures, drawn again by both" />
      <div class="side-by-side">
        <Samples {...props} />
        {edits && <PixelImage image={edits} title="Edited" />}
      </div>
    </div>
  );
}

export const vaeGan: NaturalPicture = {
  Picture: Autoencoders,
  keys: ['image:samples', 'image:reconstructions', 'image:edits'],
  charts: [
    { title: "Error of test pictures drawn again, in the discriminator's features", metrics: ['featureError', 'vaeFeatureError'] },
    { title: 'The same in pixels', metrics: ['pixelError', 'vaePixelError'] },
    { title: 'Mean output of the discriminator', metrics: ['dReal', 'dFake'] },
    { title: 'Share of the steps in which they learned', metrics: ['dTrained', 'decoderTrained'] },
  ],
};
