/** What a whole run of a preset must reach, in words. */
import type { Bound, Preset } from '../api/wire';
import { count, figure, words } from '../plot/numbers';
import { laneName, laneOf } from '../race/lanes';

/** `validation error of Adam ≤ 7.8 % at the end` */
export function boundInWords({ metric, relation, limit, step }: Bound, preset: Preset): string {
  const lane = laneOf(metric);
  const name = lane ? `${words(lane.metric)} of ${laneName(lane.lane)}` : words(metric);
  const value = /error$/i.test(lane?.metric ?? metric) ? `${figure(100 * limit)} %` : figure(limit);
  const when = step < 0 ? 'at its best' : step === preset.params['steps'] ? 'at the end' : `at step ${count(step)}`;
  return `${name} ${relation} ${value} ${when}`;
}
