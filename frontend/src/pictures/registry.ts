import { logistic, mlpDigits, optimizers } from '../race/RacePicture';
import { charRnn } from './CharRnnPicture';
import { gan1d } from './Gan1dPicture';
import { heart } from './HeartPicture';
import { lenet } from './LenetPicture';
import type { NaturalPicture } from './natural';

/** The recipes with a picture of their own, by id. */
const NATURAL: Readonly<Record<string, NaturalPicture>> = {
  optimizers,
  logistic,
  'mlp-digits': mlpDigits,
  heart,
  lenet,
  'char-rnn': charRnn,
  'gan-1d': gan1d,
};

export function naturalPictureOf(recipe: string): NaturalPicture | undefined {
  return NATURAL[recipe];
}
