import { useEffect, useRef, useState } from 'preact/hooks';
import { infer } from '../api/client';
import type { Tensor } from '../api/wire';
import type { ModelAt } from './answers';
import type { Answer } from './useAnswer';

/**
 * What a checkpoint says to inputs that move all the time: one question is under way, and after it the newest is asked; what
 * came in between is passed over. So a slow answer never keeps the picture from moving.
 *
 * @param inputs undefined asks nothing; the same list is the same question
 */
export function useFollowing({ run, step, ability, output }: ModelAt, inputs: readonly Tensor[] | undefined): Answer {
  const [state, setState] = useState<Answer>({ answer: undefined, error: undefined });
  const wanted = useRef<readonly Tensor[] | undefined>(undefined);
  const address = useRef({ run, step, ability });
  address.current = { run, step, ability };
  const busy = useRef(false);
  const abort = useRef(new AbortController());
  useEffect(() => {
    const leaving = (abort.current = new AbortController());
    return () => leaving.abort();
  }, [run]);
  useEffect(() => {
    wanted.current = inputs;
    const { signal } = abort.current;
    const ask = async () => {
      busy.current = true;
      while (wanted.current && !signal.aborted) {
        const asked = wanted.current;
        wanted.current = undefined;
        try {
          const answer = await infer(address.current, asked, output, signal);
          setState({ answer, error: undefined });
        } catch (error) {
          if (!signal.aborted) {
            setState((before) => ({ ...before, error }));
          }
        }
      }
      busy.current = false;
    };
    if (!busy.current) {
      void ask();
    }
  }, [run, ability, inputs, step]);
  return state;
}
