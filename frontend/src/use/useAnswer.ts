import { useEffect, useState } from 'preact/hooks';
import { infer } from '../api/client';
import type { InferenceAnswer, Tensor } from '../api/wire';
import type { ModelAt } from './answers';
import { Remembered } from './remembered';

export interface Answer {
  /** The newest answer; it stays while the next one is on its way. */
  answer: InferenceAnswer | undefined;
  error: unknown;
}

/** Answers to one question are kept for so many checkpoints: a checkpoint never changes. */
const REMEMBERED = 100;

/** By question; forgotten with it. */
const known = new WeakMap<Tensor, Remembered<InferenceAnswer>>();

/**
 * What a checkpoint says to an input: asked again when the input or the checkpoint changes, and only once for each pair.
 *
 * @param input undefined asks nothing; the same object is the same question
 */
export function useAnswer(model: ModelAt, input: Tensor | undefined): Answer {
  const { run, step, ability, sha256, output, onAnswered } = model;
  const [state, setState] = useState<Answer>({ answer: undefined, error: undefined });
  useEffect(() => {
    if (!input) {
      setState({ answer: undefined, error: undefined });
      onAnswered(step);
      return;
    }
    const key = `${run} ${sha256} ${ability} ${output.name}`;
    const answers = known.get(input) ?? new Remembered<InferenceAnswer>(REMEMBERED);
    known.set(input, answers);
    const before = answers.get(key);
    if (before) {
      setState({ answer: before, error: undefined });
      onAnswered(step);
      return;
    }
    const abort = new AbortController();
    const settle = (next: (before: Answer) => Answer) => {
      if (!abort.signal.aborted) {
        setState(next);
        onAnswered(step);
      }
    };
    infer({ run, step, ability }, [input], output, abort.signal).then(
      (answer) => {
        answers.put(key, answer);
        settle(() => ({ answer, error: undefined }));
      },
      (error: unknown) => settle((old) => ({ ...old, error })),
    );
    return () => abort.abort();
  }, [run, input, step, sha256, ability, output.name]);
  return state;
}
