/**
 * The state of a run as a page sees it: a fold of the run's events. Pure: the same events give the same state, a state is
 * never changed, and an event that was already folded in changes nothing.
 */
import type { EventOf, PictureEvent, RunEvent, RunState, Value } from './events';
import { MAX_METRIC_POINTS, MAX_MOMENTS, MAX_NOTES, MAX_PICTURE_CELLS } from './limits';

/** One metric over the steps. */
export interface MetricLine {
  readonly steps: readonly number[];
  readonly values: readonly Value[];
  /** The number of each point's event, by which points are cut when a run goes on from an earlier step. */
  readonly seqs: readonly number[];
}

/** What was shown together at one step: the pictures that changed, by key. */
export interface Moment {
  readonly step: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly at: string;
  readonly pictures: Readonly<Record<string, PictureEvent>>;
  /** Numbers and characters in it. */
  readonly cells: number;
}

/** An event of the record, with whether the run later went on from before it. */
export interface Note {
  readonly event: EventOf<'run.state' | 'run.resumed' | 'command.applied' | 'checkpoint' | 'non-finite'>;
  readonly superseded: boolean;
}

export interface RunModel {
  readonly lastSeq: number;
  readonly step: number;
  readonly state: RunState | null;
  readonly reason: string | null;
  readonly metrics: Readonly<Record<string, MetricLine>>;
  readonly moments: readonly Moment[];
  readonly notes: readonly Note[];
  /** Where values that are not finite were first found, if they were. */
  readonly nonFinite: EventOf<'non-finite'> | null;
  /** Events that the server left out because this viewer was slow; they are still in the log. */
  readonly skipped: number;
}

export const EMPTY: RunModel = {
  lastSeq: 0,
  step: 0,
  state: null,
  reason: null,
  metrics: {},
  moments: [],
  notes: [],
  nonFinite: null,
  skipped: 0,
};

/** The name under which a picture takes an earlier one's place. */
export function keyOf(event: PictureEvent): string {
  return `${event.type}:${event.data.id}`;
}

export function fold(model: RunModel, event: RunEvent): RunModel {
  return foldAll(model, [event]);
}

/** Folds many events at the cost of one copy. */
export function foldAll(model: RunModel, events: readonly RunEvent[]): RunModel {
  const draft = new Draft(model);
  for (const event of events) {
    draft.take(event);
  }
  return draft.done();
}

interface DraftLine {
  steps: number[];
  values: Value[];
  seqs: number[];
}

/** A state in the making: lines are copied when they are first written to. */
class Draft {
  private readonly next: { -readonly [K in keyof RunModel]: RunModel[K] };
  private readonly lines = new Map<string, DraftLine>();
  private readonly moments: Moment[];
  private notes: Note[];
  private cells: number;

  constructor(private readonly origin: RunModel) {
    this.next = { ...origin };
    this.moments = [...origin.moments];
    this.notes = [...origin.notes];
    this.cells = this.moments.reduce((sum, moment) => sum + moment.cells, 0);
  }

  take(event: RunEvent): void {
    if (event.type === 'gap') {
      this.next.skipped += event.data.to - event.data.from + 1;
      return;
    }
    if (event.seq <= this.next.lastSeq) {
      return; // seen before the connection broke
    }
    this.next.lastSeq = event.seq;
    this.next.step = event.step;
    switch (event.type) {
      case 'run.state':
        this.next.state = event.data.state;
        this.next.reason = event.data.reason;
        this.note(event);
        break;
      case 'run.resumed':
        this.cut(event);
        this.note(event);
        break;
      case 'non-finite':
        this.next.nonFinite = event;
        this.note(event);
        break;
      case 'command.applied':
      case 'checkpoint':
        this.note(event);
        break;
      case 'metrics':
        this.measure(event);
        break;
      default:
        this.show(event);
    }
  }

  done(): RunModel {
    const metrics = { ...this.next.metrics };
    for (const [name, line] of this.lines) {
      metrics[name] = line;
    }
    return { ...this.next, metrics, moments: this.moments, notes: this.notes };
  }

  private note(event: Note['event']): void {
    this.notes.push({ event, superseded: false });
    if (this.notes.length > MAX_NOTES) {
      this.notes.shift();
    }
  }

  private line(name: string): DraftLine {
    let line = this.lines.get(name);
    if (!line) {
      const origin = this.origin.metrics[name];
      line = { steps: [...(origin?.steps ?? [])], values: [...(origin?.values ?? [])], seqs: [...(origin?.seqs ?? [])] };
      this.lines.set(name, line);
    }
    return line;
  }

  private measure(event: EventOf<'metrics'>): void {
    for (const [name, value] of Object.entries(event.data.values)) {
      const line = this.line(name);
      line.steps.push(event.step);
      line.values.push(value);
      line.seqs.push(event.seq);
      if (line.steps.length > MAX_METRIC_POINTS) {
        const kept = everySecond(line.steps.length);
        this.lines.set(name, {
          steps: kept.map((i) => line.steps[i]!),
          values: kept.map((i) => line.values[i]!),
          seqs: kept.map((i) => line.seqs[i]!),
        });
      }
    }
  }

  /** A picture belongs to the newest moment, unless that is of another step or has this picture already. */
  private show(event: PictureEvent): void {
    const key = keyOf(event);
    const cells = cellsOf(event);
    const newest = this.moments.at(-1);
    this.cells += cells;
    if (newest && newest.step === event.step && !(key in newest.pictures)) {
      this.moments[this.moments.length - 1] = {
        ...newest,
        lastSeq: event.seq,
        pictures: { ...newest.pictures, [key]: event },
        cells: newest.cells + cells,
      };
    } else {
      this.moments.push({
        step: event.step,
        firstSeq: event.seq,
        lastSeq: event.seq,
        at: event.at,
        pictures: { [key]: event },
        cells,
      });
    }
    while (this.moments.length > MAX_MOMENTS || (this.cells > MAX_PICTURE_CELLS && this.moments.length > BEGINNING + 1)) {
      this.thin();
    }
  }

  /** Leaves out every second moment; a picture that only it had moves on to the next, so that nothing vanishes. */
  private thin(): void {
    const kept = new Set(everySecond(this.moments.length));
    const thinned: Moment[] = [];
    let carried: Record<string, PictureEvent> = {};
    this.moments.forEach((moment, index) => {
      const pictures = { ...carried, ...moment.pictures };
      if (kept.has(index) || index < BEGINNING) {
        thinned.push({ ...moment, pictures, cells: cellsOfAll(pictures) });
        carried = {};
      } else {
        carried = pictures;
      }
    });
    this.moments.splice(0, this.moments.length, ...thinned);
    this.cells = thinned.reduce((sum, moment) => sum + moment.cells, 0);
  }

  /** The run goes on from an earlier step: what came after it did not happen, except in the record. */
  private cut(resumed: EventOf<'run.resumed'>): void {
    const { fromStep, fromSeq } = resumed.data;
    const isSuperseded = (step: number, seq: number) => (fromSeq === undefined ? step > fromStep : seq > fromSeq);
    for (const name of Object.keys({ ...this.next.metrics, ...Object.fromEntries(this.lines) })) {
      const line = this.line(name);
      const kept = line.steps.findIndex((step, i) => isSuperseded(step, line.seqs[i]!));
      if (kept >= 0) {
        line.steps.length = line.values.length = line.seqs.length = kept;
      }
    }
    const from = this.moments.findIndex((moment) => isSuperseded(moment.step, moment.firstSeq));
    if (from >= 0) {
      this.moments.length = from;
      this.cells = this.moments.reduce((sum, moment) => sum + moment.cells, 0);
    }
    const found = this.next.nonFinite;
    if (found && isSuperseded(found.step, found.seq)) {
      this.next.nonFinite = null;
    }
    this.notes = this.notes.map((note) => {
      const { type, step, seq } = note.event;
      // Commands and states did happen; a checkpoint of a time that was undone is gone. That from which the run goes on counts: it
      // is told after the last event that it includes.
      return type === 'checkpoint' && step > fromStep && isSuperseded(step, seq) ? { ...note, superseded: true } : note;
    });
  }
}

/** The moments that always stay: how a run began, before its first step and after what it learned beforehand. */
const BEGINNING = 2;

/** Indices of every second element, with the first and the last. */
function everySecond(length: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < length; i++) {
    if (i % 2 === 0 || i === length - 1) {
      kept.push(i);
    }
  }
  return kept;
}

function cellsOfAll(pictures: Record<string, PictureEvent>): number {
  return Object.values(pictures).reduce((sum, event) => sum + cellsOf(event), 0);
}

/** The numbers and characters of a picture. */
function cellsOf(event: PictureEvent): number {
  switch (event.type) {
    case 'text':
      return event.data.text.length;
    case 'field':
      return event.data.values?.length ?? 1;
    case 'image':
      return 1;
    case 'curve':
      return event.data.x.length * (1 + Object.keys(event.data.series).length);
    case 'histogram':
      return event.data.edges.length * (1 + Object.keys(event.data.series).length);
    case 'matrix':
      return event.data.rows.length * event.data.columns.length;
    case 'trail':
      return 2 * Object.values(event.data.series).reduce((sum, points) => sum + points.length, 0);
  }
}
