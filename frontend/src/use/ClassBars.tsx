import type { OutputTensor } from '../api/wire';
import { count } from '../plot/numbers';
import { likeliest } from './answers';

interface Props {
  probabilities: OutputTensor['data'] | undefined;
  classes: readonly string[];
  /** The step of the checkpoint that says so. */
  step: number;
  /** What it does to say so. */
  verb: 'reads' | 'says';
  /** What to do where nothing was asked yet. */
  invitation: string;
}

/** How probable each class is. */
export function ClassBars({ probabilities, classes, step, verb, invitation }: Props) {
  const best = probabilities ? likeliest(probabilities) : -1;
  const percent = (place: number) => `${Math.round(100 * (probabilities?.[place] ?? 0))} %`;
  return (
    <div class="class-bars">
      <p class="reading" role="status" data-testid="reading">
        {probabilities ? (
          <>
            It {verb} <b>{classes[best]}</b> ({percent(best)})<span class="hint"> · {verb === 'reads' ? 'read ' : ''}by step {count(step)}</span>
          </>
        ) : (
          <span class="hint">{invitation}</span>
        )}
      </p>
      <ul>
        {classes.map((name, place) => (
          <li key={name} class={place === best ? 'best' : ''}>
            <span>{name}</span>
            <i style={{ '--share': probabilities?.[place] ?? 0 }} />
            <span>{probabilities ? percent(place) : ''}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
