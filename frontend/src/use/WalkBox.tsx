import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../plot/numbers';
import { socketUrl } from '../run/world';
import { pixelsOfBytes } from './images';
import { Walk, type About, type BinarySocket } from './walk';

interface Props {
  run: string;
  seed: number;
  rows: number;
  columns: number;
  step: number | 'latest';
}

const RATE_EVERY_MS = 1000;

/** A walk through latent space, from the pictures above to others, by a model that may go on learning meanwhile. */
export function WalkBox({ run, seed, rows, columns, step }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const walk = useRef<Walk | null>(null);
  const pictures = useRef(0);
  const [walking, setWalking] = useState(false);
  const [speed, setSpeed] = useState(0.5);
  const [about, setAbout] = useState<About>();
  const [rate, setRate] = useState<number>();
  const [end, setEnd] = useState<string>();

  useEffect(() => {
    if (!walking) {
      return;
    }
    const socket = new WebSocket(socketUrl(`/ws/v1/models/${encodeURIComponent(run)}/walk`)) as unknown as BinarySocket;
    walk.current = new Walk(socket, { seed, rows, columns, speed, step }, {
      onPicture: (now, bytes) => {
        pictures.current++;
        setEnd(undefined);
        setAbout((before) => (before === now ? before : now));
        draw(canvas.current, now, bytes);
      },
      onError: setEnd,
      onEnd: (reason) => {
        setEnd(reason);
        setWalking(false);
      },
    });
    pictures.current = 0;
    let since = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      setRate((1000 * pictures.current) / (now - since));
      pictures.current = 0;
      since = now;
    }, RATE_EVERY_MS);
    return () => {
      clearInterval(timer);
      walk.current?.close();
      walk.current = null;
    };
  }, [walking, run]);
  useEffect(() => walk.current?.turn({ seed, rows, columns, speed, step }), [seed, rows, columns, speed, step]);

  return (
    <div class="walk" role="group" aria-label="Walk through latent space">
      <div class="row">
        <button
          type="button"
          onClick={() => {
            setEnd(undefined);
            setWalking(!walking);
          }}
        >
          {walking ? 'Stop the walk' : 'Walk'}
        </button>
        <label>
          Speed
          <input type="range" min={0} max={3} step={0.1} value={speed} onInput={(event) => setSpeed(Number(event.currentTarget.value))} />
        </label>
        <p class="reading" role="status">
          {walking && about && (
            <span class="hint">
              by step {count(about.step)}
              {rate !== undefined && (
                <>
                  {' '}
                  · <span data-testid="walk-rate">{Math.round(rate)}</span> pictures a second
                </>
              )}
            </span>
          )}
        </p>
      </div>
      <canvas class="pixels" ref={canvas} width={1} height={1} hidden={!about} role="img" aria-label="Pictures on the way from one latent vector to the next" />
      {end !== undefined && (
        <p class="field-error" role="status">
          {end}
        </p>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement | null, { width, height, channels }: About, bytes: Uint8Array): void {
  if (!canvas || bytes.length !== width * height * channels) {
    return;
  }
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  canvas.getContext('2d')!.putImageData(new ImageData(pixelsOfBytes(bytes, channels), width, height), 0, 0);
}
