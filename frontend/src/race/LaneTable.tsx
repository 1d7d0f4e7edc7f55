import { figure, words } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { MatrixData } from '../stream/events';
import { aboutRates, laneColor, laneName } from './lanes';

interface Props {
  lanes: MatrixData;
  /** What each lane has reached at the moment that is looked at. */
  reached: { title: string; of: (lane: string) => string } | undefined;
}

/** The lanes with their settings (– for a 0: the rule has no such number), what they have reached, and why their rates differ. */
export function LaneTable({ lanes, reached }: Props) {
  const theme = useTheme();
  const why = aboutRates(lanes);
  return (
    <figure class="lanes scrolls" tabIndex={0} aria-label="The optimizers">
      <table>
        <caption>The optimizers</caption>
        <thead>
          <tr>
            <th scope="col">optimizer</th>
            {reached && <th scope="col">{reached.title}</th>}
            {lanes.columns.map((column) => (
              <th scope="col" key={column}>
                {words(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lanes.rows.map((lane, row) => (
            <tr key={lane}>
              <th scope="row">
                <i class="chip" style={{ background: laneColor(theme, lane) }} aria-hidden="true" />
                {laneName(lane)}
              </th>
              {reached && <td>{reached.of(lane)}</td>}
              {lanes.columns.map((column, i) => (
                <td key={column}>{figure(lanes.values[row]?.[i] || null)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {why && <p class="hint">{why}</p>}
    </figure>
  );
}
