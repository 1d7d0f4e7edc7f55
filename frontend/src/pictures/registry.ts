import { charRnn } from './CharRnnPicture';
import { gan1d } from './Gan1dPicture';
import { heart } from './HeartPicture';
import type { NaturalPicture } from './natural';

/** The recipes with a picture of their own, by id. */
const NATURAL: Readonly<Record<string, NaturalPicture>> = { 'gan-1d': gan1d, heart, 'char-rnn': charRnn };

export function naturalPictureOf(recipe: string): NaturalPicture | undefined {
  return NATURAL[recipe];
}
