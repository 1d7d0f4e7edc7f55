import type { Preset } from '../api/wire';
import { boundInWords } from './bounds';

interface Props {
  presets: readonly Preset[];
  chosen: string;
  onChoose: (name: string) => void;
}

/** The presets of a recipe, each with where it comes from and what a whole run of it reaches. */
export function PresetPicker({ presets, chosen, onChoose }: Props) {
  return (
    <fieldset class="presets">
      <legend>Start from</legend>
      {presets.map((preset) => (
        <label key={preset.name} class={`preset ${preset.name === chosen ? 'chosen' : ''}`}>
          <input type="radio" name="preset" value={preset.name} checked={preset.name === chosen} onChange={() => onChoose(preset.name)} />
          <span>
            <b>{preset.name}</b> {preset.help}
            <span class="hint source">Source: {preset.source}</span>
            {preset.bounds.length > 0 && (
              <ul class="bounds">
                {preset.bounds.map((bound) => (
                  <li key={bound.metric + bound.relation + bound.step} title={bound.note}>
                    {boundInWords(bound, preset)}
                  </li>
                ))}
              </ul>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
