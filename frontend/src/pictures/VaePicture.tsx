import { figure } from '../plot/numbers';
import { metricAt, pictureOf } from '../stream/view';
import { CodesPicture } from './CodesPicture';
import type { NaturalPicture, PictureProps } from './natural';
import { PixelImage } from './PixelImage';
import { Waiting } from './Waiting';

function Picture({ model, pictures, step, compact }: PictureProps) {
  const reconstructions = pictureOf(pictures, 'image', 'reconstructions');
  const drawn = pictureOf(pictures, 'image', 'manifold') ?? pictureOf(pictures, 'image', 'samples');
  const codes = pictureOf(pictures, 'trail', 'codes');
  if (!reconstructions || !drawn) {
    return <Waiting />;
  }
  const made = drawn.id === 'manifold' ? 'The latent plane, decoded' : 'Random codes, decoded';
  if (compact) {
    return <PixelImage image={drawn} title={made} />;
  }
  const at = (metric: string) => figure(metricAt(model.metrics[metric], step) ?? undefined);
  return (
    <div class="vae">
      <p class="reading" data-testid="elbo">
        A test picture takes <b>{at('negativeElbo')}</b> nats: {at('kl')} for its code, {at('reconstruction')} for what the code does not
        tell.
      </p>
      <div class="side-by-side">
        <PixelImage image={drawn} title={made} />
        <div>
          <PixelImage image={reconstructions} title="Drawn again from their codes" />
          {codes && <CodesPicture title="Where the codes of test pictures lie" codes={codes} />}
        </div>
      </div>
    </div>
  );
}

export const vae: NaturalPicture = {
  Picture,
  keys: ['image:reconstructions', 'image:manifold', 'image:samples', 'trail:codes'],
  charts: [
    { title: '−ELBO on the test pictures and its two parts, in nats', metrics: ['negativeElbo', 'reconstruction', 'kl'] },
    { title: 'Training loss', metrics: ['trainLoss'] },
  ],
};
