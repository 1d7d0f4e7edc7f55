import { useEffect, useMemo, useState } from 'preact/hooks';
import { Failure } from '../components/Failure';
import type { PictureProps } from '../pictures/natural';
import { count, figure } from '../plot/numbers';
import { valueAt } from '../plot/valueAt';
import { pictureOf, type Pictures } from '../stream/view';
import { outputOf, stepOf, tensorOf, type Asking } from './answers';
import { useAnswer } from './useAnswer';

type Props = Asking & { pictures: Pictures; probe: NonNullable<PictureProps['probe']> };

/** A point of the plane: what the network says there, beside the truth. */
export function PointProbe({ model, input, pictures, probe: { point, choose } }: Props) {
  const [x, y] = point;
  const question = useMemo(() => tensorOf(input, [x, y]), [input, x, y]);
  const { answer, error } = useAnswer(model, question);
  const said = outputOf(answer, 'values')?.[0];
  const truth = ['target', 'outsideTarget']
    .map((id) => pictureOf(pictures, 'field', id))
    .map((field) => field && valueAt(field, x, y))
    .find((value) => value !== undefined);
  return (
    <div class="probe">
      <p class="hint">Click in f or f̂ above, or type a point; points outside the training square work too.</p>
      <div class="row">
        <Coordinate name="x" value={x} onValue={(value) => choose(value, y)} />
        <Coordinate name="y" value={y} onValue={(value) => choose(x, value)} />
        <p class="reading" role="status" data-testid="reading">
          f̂ = <b>{figure(said)}</b>, f ≈ <b>{figure(truth)}</b>
          <span class="hint"> · by step {count(stepOf(answer, model.step))}; f is read off the picture</span>
        </p>
      </div>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}

function Coordinate({ name, value, onValue }: { name: string; value: number; onValue: (value: number) => void }) {
  const [entry, setEntry] = useState(String(value));
  useEffect(() => setEntry(String(value)), [value]);
  const number = Number(entry.replace(',', '.'));
  return (
    <label class="coordinate">
      {name}
      <input
        class="number"
        inputMode="decimal"
        autocomplete="off"
        value={entry}
        aria-invalid={entry.trim() === '' || !Number.isFinite(number)}
        onInput={(event) => setEntry(event.currentTarget.value)}
        onChange={() => entry.trim() !== '' && Number.isFinite(number) && onValue(number)}
      />
    </label>
  );
}
