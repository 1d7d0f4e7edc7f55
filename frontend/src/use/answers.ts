/** Answers of a model, read. */
import type { ModelAddress } from '../api/client';
import type { InferenceAnswer, OutputTensor, Tensor, TensorCard } from '../api/wire';

/** A checkpoint that is asked; the same one for ever. */
export interface ModelAt extends ModelAddress {
  sha256: string;
  /** What it is asked for. */
  output: TensorCard;
  /** Called when it has answered, or cannot; at once if there is nothing to ask. */
  onAnswered: (step: number) => void;
}

/** What every part of the playground needs: which model, and what it takes. */
export interface Asking {
  model: ModelAt;
  input: TensorCard;
}

/** An input of some rows, as the model takes it. */
export function tensorOf(input: TensorCard, data: ArrayLike<number>, rows = 1): Tensor {
  return { ...input, shape: [rows, ...input.shape.slice(1)], data: Array.from(data) };
}

/** An output by its name; the first one if there is none of this name. */
export function outputOf(answer: InferenceAnswer | undefined, name: string): OutputTensor['data'] | undefined {
  return (answer?.outputs.find((output) => output.name === name) ?? answer?.outputs[0])?.data;
}

/** The place of the largest. */
export function likeliest(probabilities: OutputTensor['data']): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** The step of the checkpoint that answered, as the answer tells it. */
export function stepOf(answer: InferenceAnswer | undefined, asked: number): number {
  const told = Number(answer?.model_version);
  return Number.isInteger(told) ? told : asked;
}
