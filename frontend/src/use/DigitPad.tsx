import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Point } from '../pictures/natural';
import { useTheme } from '../plot/theme';
import { drawStrokes, type Stroke } from './strokes';

interface Props {
  strokes: readonly Stroke[];
  onStrokes: (strokes: readonly Stroke[]) => void;
}

/** Pixels of the canvas along each side; the page scales it. */
const SIDE = 560;
/** How far an arrow key moves the pen. */
const KEY_STEP = 1 / 24;
const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Paper and a pen: of a mouse, a finger, or the keyboard. Strokes are told when the pen is lifted. */
export function DigitPad({ strokes, onStrokes }: Props) {
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  // The stroke in the making, while the pen is down.
  const [stroke, setStroke] = useState<Stroke>();
  const [pen, setPen] = useState<{ at: Point; seen: boolean }>({ at: [0.5, 0.2], seen: false });

  useEffect(() => {
    const c = canvas.current!.getContext('2d')!;
    c.clearRect(0, 0, SIDE, SIDE);
    drawStrokes(c, stroke ? [...strokes, stroke] : strokes, SIDE, theme.ink);
    if (pen.seen) {
      c.strokeStyle = stroke ? theme.model : theme.data;
      c.lineWidth = 6;
      c.beginPath();
      c.arc(pen.at[0] * SIDE, pen.at[1] * SIDE, 18, 0, 2 * Math.PI);
      c.stroke();
    }
  }, [strokes, stroke, pen, theme]);

  const placeOf = (event: PointerEvent): Point => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  const lift = useCallback(() => {
    if (stroke) {
      onStrokes([...strokes, stroke]);
      setStroke(undefined);
    }
  }, [strokes, stroke, onStrokes]);
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (direction) {
      const at = [0, 1].map((i) => Math.min(1, Math.max(0, pen.at[i]! + KEY_STEP * direction[i]!))) as unknown as Point;
      setPen({ at, seen: true });
      setStroke((before) => before && [...before, at]);
    } else if (event.key === ' ') {
      setPen((before) => ({ ...before, seen: true }));
      stroke ? lift() : setStroke([pen.at]);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      setStroke(undefined);
      onStrokes([]);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <>
      <canvas
        ref={canvas}
        class="pad"
        width={SIDE}
        height={SIDE}
        tabIndex={0}
        role="application"
        aria-label="Paper to draw a digit on"
        aria-describedby="pad-keys"
        onPointerDown={(event) => {
          if (event.button === 0) {
            event.preventDefault();
            canvas.current!.setPointerCapture(event.pointerId);
            setPen((before) => ({ ...before, seen: false }));
            setStroke([placeOf(event)]);
          }
        }}
        onPointerMove={(event) => {
          if (canvas.current!.hasPointerCapture(event.pointerId)) {
            const points = (event.getCoalescedEvents?.() ?? [event]).map(placeOf);
            setStroke((before) => before && [...before, ...points]);
          }
        }}
        onPointerUp={lift}
        onPointerCancel={lift}
        onKeyDown={onKeyDown}
        onBlur={() => {
          lift();
          setPen((before) => ({ ...before, seen: false }));
        }}
      />
      <p class="hint" id="pad-keys">
        By keyboard: arrows move the pen, space puts it down and lifts it, Delete clears.
      </p>
    </>
  );
}
