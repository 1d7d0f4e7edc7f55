import { useMemo, useState } from 'preact/hooks';
import { Failure } from '../components/Failure';
import { figure } from '../plot/numbers';
import { outputOf, stepOf, tensorOf, type Asking } from './answers';
import { ClassBars } from './ClassBars';
import { useAnswer } from './useAnswer';

type Props = Asking & { width: number; classes: readonly string[] };

/** One row of features, typed in, and what the model makes of it. */
export function FeatureRow({ model, input, width, classes }: Props) {
  const [entries, setEntries] = useState<readonly string[]>(() => new Array<string>(width).fill('0'));
  const numbers = entries.map((entry) => Number(entry.trim().replace(',', '.')));
  const whole = numbers.every((value, i) => entries[i]!.trim() !== '' && Number.isFinite(value));
  const question = useMemo(() => (whole ? tensorOf(input, numbers) : undefined), [entries, input]);
  const { answer, error } = useAnswer(model, question);
  const probabilities = answer?.outputs.some(({ name }) => name === 'probabilities') ? outputOf(answer, 'probabilities') : undefined;
  return (
    <div class="feature-row">
      <fieldset>
        <legend class="hint">{width} features</legend>
        {entries.map((entry, place) => (
          <label key={place}>
            <span>{place + 1}</span>
            <input
              class="number"
              inputMode="decimal"
              autocomplete="off"
              value={entry}
              aria-invalid={entry.trim() === '' || !Number.isFinite(numbers[place])}
              onInput={(event) => {
                const value = event.currentTarget.value;
                setEntries((before) => before.map((each, i) => (i === place ? value : each)));
              }}
            />
          </label>
        ))}
      </fieldset>
      <div>
        {probabilities ? (
          <ClassBars
            probabilities={probabilities}
            classes={classes}
            step={stepOf(answer, model.step)}
            verb="says"
            invitation=""
          />
        ) : (
          <p role="status">{answer && answer.outputs.map(({ name, data }) => `${name}: ${Array.from(data, figure).join(', ')}`).join('; ')}</p>
        )}
        {!whole && <p class="field-error">Enter a number in every field.</p>}
        {error !== undefined && <Failure error={error} />}
      </div>
    </div>
  );
}
