import type { ComponentType } from 'preact';
import type { RunModel } from '../stream/fold';
import type { Pictures } from '../stream/view';

/** A point of the plane. */
export type Point = readonly [x: number, y: number];

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
  /** The point at which the model is asked, and how to choose another one; for pictures of a plane. */
  probe?: { point: Point; choose: (x: number, y: number) => void } | undefined;
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
  /** The keys of the pictures that it draws; with a * at the end, of all that begin like this. */
  keys: readonly string[];
  charts: readonly Chart[];
  /** Metrics that need no chart, since the picture tells them. */
  silent?: readonly string[];
}

/** Whether a natural picture draws the picture with this key. */
export function draws(natural: NaturalPicture | undefined, key: string): boolean {
  return natural?.keys.some((each) => (each.endsWith('*') ? key.startsWith(each.slice(0, -1)) : key === each)) ?? false;
}
