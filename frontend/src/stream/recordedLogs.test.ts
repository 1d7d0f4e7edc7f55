/**
 * Logs that the service recorded, with what its own fold makes of them (`src/test/resources/logs`, written by `make generated`): this
 * fold makes the same of them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from './decode';
import type { RunEvent, Value } from './events';
import { EMPTY, foldAll, keyOf, type RunModel } from './fold';
import { event } from './testEvents';

const LOGS = new URL('../../../src/test/resources/logs/', import.meta.url);

/** The service's fold of the events up to `lastSeq`. */
interface Folded {
  lastSeq: number;
  step: number;
  state: string;
  reason: string;
  metrics: Record<string, { steps: number[]; values: Value[] }>;
  /** The numbers of the events that count, by `type:id`. */
  shown: Record<string, number[]>;
  nonFinite: number | null;
  /** The numbers of the events that do not count any more. */
  superseded: number[];
  /** Those of them that a viewer does not get. */
  hidden: number[];
}

/** The same of the dashboard's fold. */
function summary(model: RunModel): Omit<Folded, 'superseded' | 'hidden'> {
  const shown: Record<string, number[]> = {};
  for (const moment of model.moments) {
    for (const picture of Object.values(moment.pictures)) {
      (shown[keyOf(picture)] ??= []).push(picture.seq);
    }
  }
  return {
    lastSeq: model.lastSeq,
    step: model.step,
    state: model.state ?? '',
    reason: model.reason ?? '',
    metrics: Object.fromEntries(
      Object.entries(model.metrics).map(([name, { steps, values }]) => [name, { steps: [...steps], values: [...values] }]),
    ),
    shown,
    nonFinite: model.nonFinite?.seq ?? null,
  };
}

/** What a viewer gets who comes now: gaps instead of what is hidden. */
function seenBy(events: readonly RunEvent[], hidden: ReadonlySet<number>): RunEvent[] {
  return events.map((each) => (hidden.has(each.seq) ? event(each.seq, each.step, 'gap', { from: each.seq, to: each.seq }) : each));
}

const names = readdirSync(LOGS)
  .filter((file) => file.endsWith('.ndjson'))
  .map((file) => file.replace('.ndjson', ''));

it('there are logs', () => {
  expect(names).toEqual(expect.arrayContaining(['forked', 'overflow-taken-back', 'overflowed', 'resumed', 'stopped']));
});

describe.each(names)('the log %s', (name) => {
  const read = (suffix: string) => readFileSync(new URL(name + suffix, LOGS), 'utf8');
  const all = decodeMessage(read('.ndjson').trimEnd());
  const folds = JSON.parse(read('.json')) as Folded[];

  it.each(folds.map((fold) => [fold.lastSeq, fold] as const))('is folded as the service does up to event %i', (lastSeq, fold) => {
    const { pinned: _, superseded, hidden, ...expected } = fold as Folded & { pinned: number[] };
    const events = all.filter((each) => each.seq <= lastSeq);
    const model = foldAll(EMPTY, events);
    expect(summary(model)).toEqual(expected);
    const facts = new Set(model.notes.map((note) => note.event.seq));
    expect(model.notes.filter((note) => note.superseded).map((note) => note.event.seq)).toEqual(superseded.filter((seq) => facts.has(seq)));

    const late = foldAll(EMPTY, seenBy(events, new Set(hidden)));
    expect(summary(late)).toEqual(expected);
    expect(late.skipped).toBe(hidden.length);
  });
});
