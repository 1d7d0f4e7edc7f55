import { useRef, useState } from 'preact/hooks';
import { startRun } from '../api/client';
import { messagesByField, placeIn, ProblemError } from '../api/problem';
import type { Recipe } from '../api/wire';
import { Failure } from '../components/Failure';
import { navigate, setQuery } from '../router';
import { changesOf, entriesOf, fieldsOf, type Entries } from './fields';
import { ParameterField } from './ParameterField';
import { PresetPicker } from './PresetPicker';

interface Props {
  recipe: Recipe;
  presetName: string | undefined;
}

/** Starts a run: a preset, what differs from it, a seed, a name. */
export function RunForm({ recipe, presetName }: Props) {
  const fields = fieldsOf(recipe.schema);
  const preset = recipe.presets.find((each) => each.name === presetName) ?? recipe.presets[0]!;
  const originals = entriesOf(fields, preset.params);
  // What was changed stays changed when another preset is chosen.
  const [changed, setChanged] = useState<Entries>({});
  const [seed, setSeed] = useState('');
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const form = useRef<HTMLFormElement>(null);
  const entries = { ...originals, ...changed };
  const messages = error instanceof ProblemError ? messagesByField(error.problem.errors) : {};
  const unplaced = error !== undefined && Object.keys(messages).every((field) => !(field in entries) && field !== 'seed' && field !== 'name');

  const enter = (field: string, entry: string | boolean) => {
    key.current = newKey();
    setChanged((before) => {
      const { [field]: _, ...others } = before;
      return entry === originals[field] ? others : { ...others, [field]: entry };
    });
  };
  const start = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const run = await startRun(
        {
          recipe: recipe.id,
          preset: preset.name,
          params: changesOf(fields, entries, preset.params),
          ...(seed.trim() === '' ? {} : { seed: Number.isFinite(Number(seed)) ? Number(seed) : seed }),
          ...(name.trim() === '' ? {} : { name: name.trim() }),
        },
        key.current,
      );
      navigate(`/runs/${encodeURIComponent(run.id)}`);
    } catch (failure) {
      key.current = newKey();
      setError(failure);
      setBusy(false);
      requestAnimationFrame(() => toFirstError(form.current));
    }
  };
  const common = Object.keys(changed).length;

  return (
    <form
      class="run-form"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <PresetPicker presets={recipe.presets} chosen={preset.name} onChoose={(chosen) => setQuery({ preset: chosen })} />
      <fieldset>
        <legend>
          Parameters{' '}
          {common > 0 && <span class="tag">{common === 1 ? '1 differs' : `${common} differ`} from the preset</span>}
        </legend>
        <div class="form-grid">
          {fields.map((field) => (
            <ParameterField
              key={field.name}
              field={field}
              entry={entries[field.name] ?? ''}
              original={originals[field.name] ?? ''}
              error={messages[field.name]}
              onEntry={(entry) => enter(field.name, entry)}
            />
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>This run</legend>
        <div class="form-grid">
          <ParameterField
            field={{ name: 'name', schema: { type: 'string', description: 'A name for the run' } }}
            entry={name}
            original=""
            error={messages['name']}
            onEntry={(entry) => setName(String(entry))}
          />
          <ParameterField
            field={{ name: 'seed', schema: { type: 'integer', description: 'Seed of the random numbers: the same seed gives the same run. A new one if empty' } }}
            entry={seed}
            original=""
            error={messages['seed']}
            onEntry={(entry) => setSeed(String(entry))}
          />
        </div>
      </fieldset>
      {unplaced && <Failure error={error} />}
      <button type="submit" class="primary large" disabled={busy}>
        {busy ? 'Starting …' : 'Start'}
      </button>
    </form>
  );
}

/** Puts the caret into the first field that was refused, where its message tells the place, there. */
function toFirstError(form: HTMLFormElement | null): void {
  const control = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
  control?.focus();
  const place = placeIn(form?.querySelector(`#${control?.id}-error`)?.textContent ?? undefined);
  if (place !== undefined && control instanceof HTMLInputElement) {
    control.setSelectionRange(place, place + 1);
  }
}

/** A key for one request: the same form sent twice starts one run. */
function newKey(): string {
  // Only secure contexts and localhost have crypto.randomUUID; a class on http://teacher:8080 has not.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
