import { useEffect, useRef, useState } from 'preact/hooks';
import { write } from '../api/client';
import type { Run } from '../api/wire';
import { Failure } from '../components/Failure';
import { count } from '../plot/numbers';
import { Remembered } from '../use/remembered';
import { TimeSlider } from './TimeSlider';
import type { KeptCheckpoints } from './useCheckpoints';
import { useMoment } from './useMoment';

const CHARACTERS = 200;
const TEMPERATURE = 0.7;
/** The same at every checkpoint, so that only what was learned differs. */
const SEED = 1;
const REMEMBERED = 500;

interface Text {
  step: number;
  text?: string;
  error?: unknown;
}

/** How the same beginning was carried on at every checkpoint: the same prefix, the same seed. */
export function TextTravel({ run, kept }: { run: Run; kept: KeptCheckpoints }) {
  const moment = useMoment(kept.checkpoints);
  const [prefix, setPrefix] = useState('');
  const [shown, setShown] = useState<Text>();
  const known = useRef(new Remembered<string>(REMEMBERED));
  const { step, sha256 } = moment?.checkpoint ?? {};

  useEffect(() => {
    if (step === undefined) {
      return;
    }
    const key = `${sha256} ${prefix}`;
    const before = known.current.get(key);
    if (before !== undefined) {
      setShown({ step, text: before });
      return;
    }
    const abort = new AbortController();
    const parameters = { max_tokens: CHARACTERS, temperature: TEMPERATURE, seed: SEED };
    write(run.id, step, { text_input: prefix, parameters }, abort.signal).then(
      (text) => {
        known.current.put(key, text);
        setShown({ step, text });
      },
      (error: unknown) => !abort.signal.aborted && setShown({ step, error }),
    );
    return () => abort.abort();
  }, [run.id, step, sha256, prefix]);

  if (!moment || kept.checkpoints.length < 2) {
    return null;
  }
  return (
    <section class="panel text-travel" aria-labelledby="text-travel">
      <h2 id="text-travel">Time travel</h2>
      <label class="prefix">
        Begin with
        <input value={prefix} placeholder="nothing" autocomplete="off" onChange={(event) => setPrefix(event.currentTarget.value)} />
      </label>
      <TimeSlider run={run.id} checkpoints={kept.checkpoints} moment={moment} answered={shown?.step} onPinned={kept.reload} />
      {shown?.error !== undefined && <Failure error={shown.error} />}
      {shown?.text !== undefined && (
        <>
          <blockquote class="sample" data-testid="travelled">
            <b>{prefix}</b>
            {shown.text}
          </blockquote>
          <p class="reading" role="status" data-testid="reading">
            written by step {count(shown.step)}
          </p>
        </>
      )}
      <p class="hint">
        {count(CHARACTERS)} characters at temperature {TEMPERATURE}, drawn with the same seed at every checkpoint.
      </p>
    </section>
  );
}
