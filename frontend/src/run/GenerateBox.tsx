import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../plot/numbers';
import { Writing, type Generation } from './generation';
import { socketUrl } from './world';

interface Props {
  run: string;
  /** Steps whose checkpoints can write. */
  checkpoints: readonly number[];
}

const LONGEST = 20_000;

/** Lets the model write, also while it learns. */
export function GenerateBox({ run, checkpoints }: Props) {
  const [temperature, setTemperature] = useState(0.7);
  const [generation, setGeneration] = useState<Generation>();
  const writing = useRef<Writing | null>(null);
  const page = useRef<HTMLElement>(null);
  const isWriting = generation !== undefined && generation.end === undefined && generation.error === undefined;

  useEffect(() => () => writing.current?.close(), [run]);
  useEffect(() => page.current?.scrollTo({ top: page.current.scrollHeight }), [generation]);

  const start = (form: FormData) => {
    writing.current?.close();
    setGeneration({ pieces: [] });
    const text = (name: string) => String(form.get(name) ?? '');
    const step = text('step');
    const wish = {
      prefix: text('prefix'),
      length: Math.min(LONGEST, Math.max(1, Number(text('length')) || 500)),
      temperature,
      topK: Number(text('topK')) || 0,
      topP: Number(text('topP')) || 1,
      stop: text('stop') === '' ? [] : [text('stop')],
      step: step === 'latest' ? ('latest' as const) : Number(step),
      ...(text('seed') === '' ? {} : { seed: Number(text('seed')) }),
    };
    const socket = new WebSocket(socketUrl(`/ws/v1/models/${encodeURIComponent(run)}/generate`));
    writing.current = new Writing(socket as never, wish, setGeneration);
  };
  const turn = (value: number) => {
    setTemperature(value);
    writing.current?.turn(value);
  };

  if (checkpoints.length === 0) {
    return (
      <section class="panel" aria-labelledby="generate">
        <h2 id="generate">Generate text</h2>
        <p class="hint">Text can be generated once there is a checkpoint. “Checkpoint now” creates one.</p>
      </section>
    );
  }
  return (
    <section class="panel generate" aria-labelledby="generate">
      <h2 id="generate">Generate text</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start(new FormData(event.currentTarget));
        }}
      >
        <label class="wide">
          Begin with
          <textarea name="prefix" rows={2} placeholder="The first words, or nothing" />
        </label>
        <label class="wide">
          <span>
            Temperature <output>{temperature.toFixed(2)}</output>
          </span>
          <input
            type="range"
            name="temperature"
            min={0.1}
            max={2}
            step={0.05}
            value={temperature}
            onInput={(event) => turn(Number(event.currentTarget.value))}
          />
          <span class="hint">Low: safe and repetitive. High: varied and surprising. It can be changed while the text is written.</span>
        </label>
        <label>
          Characters
          <input name="length" inputMode="numeric" defaultValue="1000" />
        </label>
        <label>
          Model
          <select name="step">
            <option value="latest">newest checkpoint</option>
            {[...checkpoints].reverse().map((step) => (
              <option key={step} value={step}>
                step {count(step)}
              </option>
            ))}
          </select>
        </label>
        <details class="wide">
          <summary>More</summary>
          <div class="form-grid">
            <label>
              Stop at this text
              <input name="stop" />
            </label>
            <label>
              Seed
              <input name="seed" inputMode="numeric" placeholder="a new one" />
            </label>
            <label>
              Only the k most likely characters
              <input name="topK" inputMode="numeric" placeholder="all" />
            </label>
            <label>
              Only up to this total probability
              <input name="topP" inputMode="decimal" placeholder="1" />
            </label>
          </div>
        </details>
        <div class="row wide">
          <button type="submit" class="primary">
            {generation ? 'Write again' : 'Write'}
          </button>
          <button type="button" disabled={!isWriting} onClick={() => writing.current?.cancel()}>
            Stop writing
          </button>
        </div>
      </form>
      {generation && (
        <blockquote class="sample written" ref={page as never} tabIndex={0} aria-label="What the model writes" data-testid="written">
          {generation.pieces.map((piece, i) => (
            <span key={i}>
              {i > 0 && <sup class="turned"> {piece.temperature} </sup>}
              {piece.text}
            </span>
          ))}
        </blockquote>
      )}
      <p class={generation?.error ? 'field-error' : 'hint'} role="status">
        {generation?.error ?? generation?.end ?? (isWriting ? 'writing …' : '')}
      </p>
    </section>
  );
}
