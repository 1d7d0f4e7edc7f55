/** What is to be seen of a run at one moment. */
import type { EventOf, PictureEvent, PictureType, Value } from './events';
import type { MetricLine, RunModel } from './fold';

/** The pictures that stood at a moment, by key: of each the newest one up to it. */
export type Pictures = Readonly<Record<string, PictureEvent>>;

/** The pictures at the moment with this index; the newest ones for an index beyond the last. */
export function picturesAt(model: RunModel, index: number): Pictures {
  const pictures: Record<string, PictureEvent> = {};
  for (const moment of model.moments.slice(0, index + 1)) {
    Object.assign(pictures, moment.pictures);
  }
  return pictures;
}

/** The picture of a type with an id, if there is one yet. */
export function pictureOf<T extends PictureType>(pictures: Pictures, type: T, id: string): EventOf<T>['data'] | undefined {
  return pictures[`${type}:${id}`]?.data as EventOf<T>['data'] | undefined;
}

/** The value that a metric had at a step: the last one told up to it. */
export function metricAt(line: MetricLine | undefined, step: number): Value | undefined {
  if (!line) {
    return undefined;
  }
  for (let i = line.steps.length - 1; i >= 0; i--) {
    if (line.steps[i]! <= step) {
      return line.values[i];
    }
  }
  return undefined;
}

/** The index of the moment that an event belongs to: the last one that begins no later; −1 if there is none. */
export function momentAt(model: RunModel, seq: number): number {
  return model.moments.findLastIndex((moment) => moment.firstSeq <= seq);
}

/** Each text that was shown under this id, oldest first, with its step. */
export function textHistory(model: RunModel, id: string, untilIndex: number): { step: number; text: string; seq: number }[] {
  return model.moments.slice(0, untilIndex + 1).flatMap((moment) => {
    const event = moment.pictures[`text:${id}`];
    return event?.type === 'text' ? [{ step: event.step, text: event.data.text, seq: event.seq }] : [];
  });
}
