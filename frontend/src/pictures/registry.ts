import { logistic, mlpDigits, optimizers } from '../race/RacePicture';
import { charRnn } from './CharRnnPicture';
import { dcgan, ganDigits } from './GanPicture';
import { gan1d } from './Gan1dPicture';
import { heart } from './HeartPicture';
import { lenet } from './LenetPicture';
import type { NaturalPicture } from './natural';
import { vaeGan } from './VaeGanPicture';
import { vae } from './VaePicture';

/** The recipes with a picture of their own, by id. */
const NATURAL: Readonly<Record<string, NaturalPicture>> = {
  optimizers,
  logistic,
  'mlp-digits': mlpDigits,
  heart,
  lenet,
  'char-rnn': charRnn,
  'gan-1d': gan1d,
  vae,
  dcgan,
  'vae-gan': vaeGan,
  'gan-digits': ganDigits,
};

export function naturalPictureOf(recipe: string): NaturalPicture | undefined {
  return NATURAL[recipe];
}
