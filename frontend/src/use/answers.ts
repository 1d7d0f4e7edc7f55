/** Answers of a model, read. */
import type { InferenceAnswer, TensorCard, Tensor } from '../api/wire';

/** What every part of the playground needs: which model, what it takes, from which checkpoint it answers. */
export interface Asking {
  run: string;
  input: TensorCard;
  checkpoint: number;
}

/** An input of some rows, as the model takes it. */
export function tensorOf(input: TensorCard, data: ArrayLike<number>, rows = 1): Tensor {
  return { ...input, shape: [rows, ...input.shape.slice(1)], data: Array.from(data) };
}

/** An output by its name; the first one if there is none of this name. */
export function outputOf(answer: InferenceAnswer | undefined, name: string): readonly number[] | undefined {
  return (answer?.outputs.find((output) => output.name === name) ?? answer?.outputs[0])?.data;
}

/** The place of the largest. */
export function likeliest(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** The step of the checkpoint that answered, as the answer tells it. */
export function stepOf(answer: InferenceAnswer | undefined, newest: number): number {
  const told = Number(answer?.model_version);
  return Number.isInteger(told) ? told : newest;
}
