/** What the REST interface answers, as TypeScript sees it. */
import type { RunState } from '../stream/events';

export interface Bound {
  metric: string;
  relation: string;
  limit: number;
  step: number;
  note: string;
}

export type ParameterValue = number | boolean | string;
export type Parameters = Record<string, ParameterValue>;

export interface Preset {
  name: string;
  help: string;
  source: string;
  params: Parameters;
  bounds: Bound[];
}

/** One parameter in JSON Schema, with the extras of this service. */
export interface ParameterSchema {
  type?: 'number' | 'integer' | 'boolean' | 'string';
  title?: string;
  description?: string;
  default?: ParameterValue;
  enum?: string[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  maxLength?: number;
  'x-unit'?: string;
  'x-turnable'?: boolean;
  /** The kind of data set that the value names. */
  'x-dataset'?: string;
}

export interface Schema {
  properties: Record<string, ParameterSchema>;
}

export interface RecipeSummary {
  id: string;
  title: string;
  chapter: string;
  story: string;
  abilities: string[];
}

export interface Recipe extends RecipeSummary {
  presets: Preset[];
  schema: Schema;
}

export interface Run {
  id: string;
  recipe: string;
  preset: string;
  params: Parameters;
  seed: number;
  name: string;
  state: RunState;
  reason: string | null;
  step: number;
  steps: number;
  lastSeq: number;
  metrics: Record<string, number | null>;
  checkpoints: number;
  /** From which run and step it was forked. */
  parent?: { run: string; step: number };
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export interface Checkpoint {
  step: number;
  sha256: string;
  bytes: number;
  /** Whether it is never thinned out. */
  pinned: boolean;
}

/** One metric over the steps. */
export interface MetricHistory {
  steps: number[];
  values: (number | null)[];
}

export interface Dataset {
  id: string;
  name: string;
  kind: string;
  bytes: number;
  sha256: string;
  summary: string;
  source?: string;
  licence?: string;
  /** False for a built-in one that was not fetched yet. */
  available?: boolean;
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page. */
  next: string | null;
}

export interface RunWish {
  recipe: string;
  preset?: string;
  params?: Record<string, unknown>;
  seed?: unknown;
  name?: string;
}

export type CommandWish =
  | { type: 'pause' | 'resume' | 'stop' | 'checkpoint' }
  | { type: 'set'; params: Record<string, unknown> }
  | { type: 'fork'; step: number; params: Record<string, unknown>; name?: string };

export interface CommandAccepted {
  id: string;
  /** The run that a fork has started. */
  run?: string;
}

/** One tensor of the Open Inference Protocol, its numbers row by row. */
export interface Tensor {
  name: string;
  datatype: string;
  shape: number[];
  data: number[];
}

/** What a tensor must be; −1 for any number of rows. */
export type TensorCard = Omit<Tensor, 'data'>;

export interface ModelCard {
  name: string;
  inputs: TensorCard[];
  outputs: TensorCard[];
  /** `classes`: the names of the classes, with commas between them; `prior.z`: where latent vectors come from. */
  properties?: Record<string, string>;
}

/** A tensor that a model gave. Pictures come as floats of four bytes each, not as text. */
export type OutputTensor = TensorCard & { data: readonly number[] | Float32Array };

export interface InferenceAnswer {
  /** The step of the checkpoint that answered. */
  model_version?: string;
  outputs: OutputTensor[];
}

/** What is wrong with one field of a request. */
export interface FieldError {
  field: string;
  value?: unknown;
  allowed: string;
}

/** RFC 9457. */
export interface Problem {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  errors?: FieldError[];
}
