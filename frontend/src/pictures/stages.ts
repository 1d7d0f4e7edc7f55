/** The stages of a story, as a run tells them: texts that begin with `stage N:`. */
import type { RunModel } from '../stream/fold';

export interface Stage {
  number: number;
  text: string;
  step: number;
  /** An event of the moment in which it begins. */
  seq: number;
}

const NUMBERED = /^stage (\d+): /;

/** The number of a stage by its text. */
export function stageNumber(text: string): number | undefined {
  const number = NUMBERED.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Where each stage begins, in their order. */
export function stagesOf(model: RunModel): Stage[] {
  const first = new Map<number, Stage>();
  for (const moment of model.moments) {
    const told = moment.pictures['text:stage'];
    const text = told?.type === 'text' ? told.data.text : '';
    const number = stageNumber(text);
    if (number !== undefined && !first.has(number)) {
      first.set(number, { number, text: text.replace(NUMBERED, ''), step: moment.step, seq: moment.lastSeq });
    }
  }
  return [...first.values()].sort((a, b) => a.number - b.number);
}
