import { useMemo, useState } from 'preact/hooks';
import { Failure } from '../components/Failure';
import { figure } from '../plot/numbers';
import { outputOf, tensorOf, type Asking } from './answers';
import { asDigit, DIGIT_SIDE } from './digit';
import { DigitPad } from './DigitPad';
import { Seen } from './DigitReader';
import { SquarePixels } from './SquarePixels';
import { inkOf, written, type Stroke } from './strokes';
import { useAnswer } from './useAnswer';

const INK_SIDE = 4 * DIGIT_SIDE;
/** What encoding is asked for. */
const CODE = { name: 'z', datatype: 'FP32', shape: [] };

/** Draw a digit, and the model writes it down as a code and draws it again from that. */
export function Redrawer({ model, input }: Asking) {
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const digit = useMemo(() => (strokes.length > 0 ? asDigit(inkOf(strokes, INK_SIDE), INK_SIDE) : undefined), [strokes]);
  const picture = useMemo(
    () => digit && { name: 'image', datatype: 'FP32', shape: [1, DIGIT_SIDE, DIGIT_SIDE], data: Array.from(digit) },
    [digit],
  );
  const encoded = useAnswer({ ...model, ability: 'encode', output: CODE }, picture);
  const code = outputOf(encoded.answer, 'z');
  const question = useMemo(() => code && tensorOf(input, code), [input, code]);
  const decoded = useAnswer(model, question);
  const error = encoded.error ?? decoded.error;
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
      <figure class="seen drawn-again">
        <SquarePixels pixels={outputOf(decoded.answer, 'image')} side={DIGIT_SIDE} label="The digit, drawn again from its code" />
        <figcaption class="hint">
          {code ? `drawn again from ${code.length} numbers: ${Array.from(code.slice(0, 3), figure).join(', ')} …` : 'Draw a digit: it becomes a code, and the code a digit.'}
        </figcaption>
        {error !== undefined && <Failure error={error} />}
      </figure>
    </div>
  );
}
