import { useEffect, useState } from 'preact/hooks';
import { infer } from '../api/client';
import type { InferenceAnswer, Tensor } from '../api/wire';

export interface Answer {
  /** The newest answer; it stays while the next one is on its way. */
  answer: InferenceAnswer | undefined;
  error: unknown;
}

/**
 * What a run's model says to an input: asked again when the input changes, and when the run has a new checkpoint.
 *
 * @param input undefined asks nothing; the same object is the same question
 * @param ability of the model; its first one if there is none
 */
export function useAnswer(run: string, input: Tensor | undefined, checkpoint: number, ability?: string): Answer {
  const [state, setState] = useState<Answer>({ answer: undefined, error: undefined });
  useEffect(() => {
    if (!input) {
      setState({ answer: undefined, error: undefined });
      return;
    }
    const abort = new AbortController();
    infer(run, [input], abort.signal, ability).then(
      (answer) => !abort.signal.aborted && setState({ answer, error: undefined }),
      (error: unknown) => !abort.signal.aborted && setState((before) => ({ ...before, error })),
    );
    return () => abort.abort();
  }, [run, input, checkpoint, ability]);
  return state;
}
