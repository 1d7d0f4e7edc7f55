import type { ComponentType } from 'preact';
import type { RunModel } from '../stream/fold';
import type { Pictures } from '../stream/view';

export interface PictureProps {
  model: RunModel;
  /** The pictures at the moment that is looked at. */
  pictures: Pictures;
  /** The index of that moment. */
  moment: number;
  /** Its step. */
  step: number;
  /** Whether it is a small one among others. */
  compact: boolean;
}

/** Metrics that belong in one chart. */
export interface Chart {
  title: string;
  metrics: readonly string[];
  logarithmic?: boolean;
}

/** How a recipe is best looked at. What it doesn't name is drawn by its type. */
export interface NaturalPicture {
  Picture: ComponentType<PictureProps>;
  /** The keys of the pictures that it draws. */
  keys: readonly string[];
  charts: readonly Chart[];
}
