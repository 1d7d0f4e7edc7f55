import { useMemo, useState } from 'preact/hooks';
import { Failure } from '../components/Failure';
import type { Point } from '../pictures/natural';
import { count, figure } from '../plot/numbers';
import { pictureOf, type Pictures } from '../stream/view';
import { outputOf, stepOf, tensorOf, type Asking } from './answers';
import { DIGIT_SIDE } from './digit';
import { quantile } from './normal';
import { SquarePixels } from './SquarePixels';
import { useFollowing } from './useFollowing';

/** How far an arrow key moves. */
const KEY_STEP = 0.02;
/** Nobody gets to the very rim, which is infinitely far away. */
const RIM = 0.005;
const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The plane of codes of two numbers: wherever the finger is, the digit of that code is drawn. */
export function CodePlane({ model, input, pictures }: Asking & { pictures: Pictures }) {
  // As shares of N(0, 1) to the left and below, as the drawn plane has them: a square of all codes.
  const [[right, up], setPlace] = useState<Point>([0.5, 0.5]);
  const code: Point = useMemo(() => [quantile(right), quantile(up)], [right, up]);
  const question = useMemo(() => [tensorOf(input, code)], [input, code]);
  const { answer, error } = useFollowing(model, question);
  const manifold = pictureOf(pictures, 'image', 'manifold');

  const move = (x: number, y: number) => setPlace([inside(x), inside(y)]);
  const follow = (event: PointerEvent) => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    move((event.clientX - left) / width, 1 - (event.clientY - top) / height);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (direction) {
      move(right + KEY_STEP * direction[0], up + KEY_STEP * direction[1]);
      event.preventDefault();
    }
  };
  return (
    <div class="code-plane">
      <div
        class="plane"
        tabIndex={0}
        role="application"
        aria-label="The plane of codes: move over it, by pointer or arrow keys"
        style={manifold && { backgroundImage: `url(${manifold.ref})` }}
        onPointerDown={(event) => {
          (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
          follow(event);
        }}
        onPointerMove={follow}
        onKeyDown={onKeyDown}
      >
        <span class="here" style={{ left: `${100 * right}%`, bottom: `${100 * up}%` }} />
      </div>
      <figure class="drawn">
        <SquarePixels pixels={outputOf(answer, 'image')} side={DIGIT_SIDE} label="The digit of this code" />
        <figcaption>
          <p class="reading" role="status" data-testid="reading">
            z = ({figure(code[0])}, {figure(code[1])})<span class="hint"> · by step {count(stepOf(answer, model.step))}</span>
          </p>
        </figcaption>
        {error !== undefined && <Failure error={error} />}
      </figure>
    </div>
  );
}

function inside(share: number): number {
  return Math.min(1 - RIM, Math.max(RIM, share));
}
