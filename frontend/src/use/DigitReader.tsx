import { useMemo, useState } from 'preact/hooks';
import { Failure } from '../components/Failure';
import { outputOf, stepOf, tensorOf, type Asking } from './answers';
import { ClassBars } from './ClassBars';
import { asDigit, DIGIT_SIDE } from './digit';
import { DigitPad } from './DigitPad';
import { SquarePixels } from './SquarePixels';
import { inkOf, written, type Stroke } from './strokes';
import { useAnswer } from './useAnswer';

/** Pixels of the drawing along each side before it becomes a digit of 28 × 28. */
const INK_SIDE = 4 * DIGIT_SIDE;

/** Draw a digit, and the model reads it after each stroke; again whenever it has learned more. */
export function DigitReader({ model, input, classes }: Asking & { classes: readonly string[] }) {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const digit = useMemo(() => (strokes.length > 0 ? asDigit(inkOf(strokes, INK_SIDE), INK_SIDE) : undefined), [strokes]);
  const question = useMemo(() => digit && tensorOf(input, digit), [digit, input]);
  const { answer, error } = useAnswer(model, question);
  return (
    <div class="digit-reader">
      <div>
        <DigitPad strokes={strokes} onStrokes={setStrokes} />
        <div class="row">
          <button type="button" disabled={strokes.length === 0} onClick={() => setStrokes([])}>
            Clear
          </button>
          <button type="button" onClick={() => setStrokes(written(Math.floor(10 * Math.random()), Math.random))}>
            Write one for me
          </button>
        </div>
      </div>
      <Seen digit={digit} />
      <div>
        <ClassBars
          probabilities={question && outputOf(answer, 'probabilities')}
          classes={classes}
          step={stepOf(answer, model.step)}
          verb="reads"
          invitation="Draw a digit from 0 to 9."
        />
        {error !== undefined && <Failure error={error} />}
      </div>
    </div>
  );
}

/** The drawing as the network gets it. */
export function Seen({ digit }: { digit: Float32Array | undefined }) {
  return (
    <figure class="seen">
      <SquarePixels pixels={digit} side={DIGIT_SIDE} label="The drawing, centred and scaled to 28 × 28 pixels" />
      <figcaption class="hint">what the network sees: 28 × 28, centred and scaled like the training data</figcaption>
    </figure>
  );
}
