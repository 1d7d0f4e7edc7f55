import { useCallback, useEffect, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** The newest answer; it stays while a newer one is on its way. */
  value: T | undefined;
  error: unknown;
  reload: () => void;
}

/** Loads something when what it depends on changes, and again when asked to. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, dependencies: readonly unknown[]): Loaded<T> {
  const [answer, setAnswer] = useState<{ value?: T; error?: unknown; of: string }>({ of: '' });
  const [round, setRound] = useState(0);
  const of = JSON.stringify(dependencies);

  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (value) => !abort.signal.aborted && setAnswer({ value, of }),
      (error: unknown) =>
        !abort.signal.aborted && setAnswer((before) => (before.of === of ? { ...before, error } : { error, of })),
    );
    return () => abort.abort();
  }, [of, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = answer.of === of;
  return { value: current ? answer.value : undefined, error: current ? answer.error : undefined, reload };
}
