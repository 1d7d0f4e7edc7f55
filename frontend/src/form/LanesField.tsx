import { words } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import { laneColor, laneName, LANES } from '../race/lanes';

interface Props {
  id: string;
  name: string;
  value: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
  onValue: (lanes: string) => void;
}

/** Chooses who races; the value is their names with commas between them. */
export function LanesField({ name, value, onValue, ...control }: Props) {
  const theme = useTheme();
  const chosen = value.split(',').map((lane) => lane.trim());
  const turn = (lane: string, on: boolean) => onValue(LANES.filter((each) => (each === lane ? on : chosen.includes(each))).join(','));
  return (
    <div {...control} class="lane-boxes" role="group" aria-label={words(name)} tabIndex={-1}>
      {LANES.map((lane) => (
        <label key={lane}>
          <input type="checkbox" name={name} value={lane} checked={chosen.includes(lane)} onChange={(event) => turn(lane, event.currentTarget.checked)} />
          <i class="chip" style={{ background: laneColor(theme, lane) }} aria-hidden="true" />
          {laneName(lane)}
        </label>
      ))}
    </div>
  );
}
