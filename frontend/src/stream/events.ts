/** The events of a run's log, as they travel: one envelope for all, one kind of data for each type. */

/** Lifecycle of a run; the last three are terminal. */
export const RUN_STATES = [
  'QUEUED',
  'PREPARING',
  'RUNNING',
  'PAUSED',
  'INTERRUPTED',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
] as const;
export type RunState = (typeof RUN_STATES)[number];

const TERMINAL: ReadonlySet<RunState> = new Set<RunState>(['SUCCEEDED', 'FAILED', 'CANCELLED']);

export function isTerminal(state: RunState): boolean {
  return TERMINAL.has(state);
}

/** A number, or null where it was not finite. */
export type Value = number | null;

export interface CurveData {
  id: string;
  x: Value[];
  series: Record<string, Value[]>;
}

/** Numbers on a regular grid, row by row from y0 upwards, each from x0. */
export interface FieldData {
  id: string;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  width: number;
  height: number;
  values?: ArrayLike<Value>;
  ref?: string;
}

export interface ImageData {
  id: string;
  ref: string;
  width: number;
  height: number;
  caption?: string;
}

export interface TextData {
  id: string;
  text: string;
}

export interface HistogramData {
  id: string;
  edges: number[];
  series: Record<string, Value[]>;
}

export interface MatrixData {
  id: string;
  rows: string[];
  columns: string[];
  values: Value[][];
}

export interface TrailData {
  id: string;
  series: Record<string, [Value, Value][]>;
}

export interface CommandAppliedData {
  id: string;
  type: string;
  step: number;
  parameters?: Record<string, unknown>;
  previous?: Record<string, unknown>;
  /** The step of the checkpoint that was pinned or let go of. */
  checkpoint?: number;
}

interface DataOfType {
  'run.state': { state: RunState; reason: string | null };
  /** fromSeq: the last event that the checkpoint includes; later ones are superseded. */
  'run.resumed': { fromStep: number; fromSeq?: number };
  'command.applied': CommandAppliedData;
  checkpoint: { step: number; sha256: string; bytes: number };
  /** The names of the first tensors that are not finite after a step, of `count` in all. */
  'non-finite': { step: number; tensors: string[]; count: number };
  metrics: { values: Record<string, Value> };
  curve: CurveData;
  field: FieldData;
  image: ImageData;
  text: TextData;
  histogram: HistogramData;
  matrix: MatrixData;
  trail: TrailData;
  gap: { from: number; to: number };
}

export type EventType = keyof DataOfType;

export type RunEvent = {
  [T in EventType]: { run: string; seq: number; step: number; at: string; type: T; data: DataOfType[T] };
}[EventType];

/** An event of one type. */
export type EventOf<T extends EventType> = Extract<RunEvent, { type: T }>;

/** The types that show something drawn; each has an id, and a later one with the same id takes the earlier one's place. */
export type PictureType = 'curve' | 'field' | 'image' | 'text' | 'histogram' | 'matrix' | 'trail';
export type PictureEvent = EventOf<PictureType>;
