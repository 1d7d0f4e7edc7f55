import { useMemo } from 'preact/hooks';
import type { Chart } from '../pictures/natural';
import { aligned, type Columns } from '../plot/columns';
import { LineChart, type LineStyle } from '../plot/LineChart';
import { figure, words } from '../plot/numbers';
import { useTheme, type Theme } from '../plot/theme';
import { chartsOf, laneColor, laneName, laneOf } from '../race/lanes';
import type { MetricLine, RunModel } from '../stream/fold';
import { metricAt } from '../stream/view';

const HEIGHT = 220;
/** Eight lines need more room. */
const RACE_HEIGHT = 320;

interface Props {
  model: RunModel;
  /** Those that belong together; every other metric gets a chart of its own. */
  charts: readonly Chart[];
  /** Those that need none. */
  silent: readonly string[];
  /** The step that is looked back to. */
  mark: number | undefined;
}

/** All metrics of a run over its steps. */
export function MetricCharts({ model, charts, silent, mark }: Props) {
  const names = Object.keys(model.metrics);
  const grouped = new Set([...charts.flatMap((chart) => chart.metrics), ...silent]);
  const others = chartsOf(names.filter((name) => !grouped.has(name)));
  const shown = [...charts, ...others].filter((chart) => chart.metrics.some((name) => model.metrics[name]));
  if (shown.length === 0) {
    return null;
  }
  return (
    <div class="charts">
      {shown.map((chart) => (
        <MetricChart key={chart.title} chart={chart} metrics={model.metrics} mark={mark} />
      ))}
    </div>
  );
}

function MetricChart({ chart, metrics, mark }: { chart: Chart; metrics: RunModel['metrics']; mark: number | undefined }) {
  const theme = useTheme();
  const names = chart.metrics.filter((name) => metrics[name]);
  const lines = names.map((name) => metrics[name]!);
  const columns = useMemo(() => columnsOf(lines, chart.logarithmic === true), lines);
  const styles = names.map((name, i) => styleOf(name, i, theme));
  const values = names.map((name, i) => `${styles[i]!.label} ${figure(metricAt(metrics[name], mark ?? Infinity))}`).join(', ');
  const isRace = names.some((name) => laneOf(name) !== undefined);
  return (
    <figure class={`panel ${isRace ? 'wide' : ''}`}>
      <figcaption>{chart.title}</figcaption>
      <LineChart
        lines={styles}
        columns={columns}
        xLabel="step"
        logarithmic={chart.logarithmic === true}
        named={isRace}
        height={isRace ? RACE_HEIGHT : HEIGHT}
        mark={mark}
        label={`${chart.title} over the steps. ${mark === undefined ? 'Now' : `At step ${mark}`}: ${values}.`}
      />
    </figure>
  );
}

/** A lane has its own name and colour; other lines take the colours in turn. */
function styleOf(name: string, place: number, theme: Theme): LineStyle {
  const lane = laneOf(name)?.lane;
  return lane
    ? { label: laneName(lane), color: laneColor(theme, lane) }
    : { label: words(name), color: theme.series[place % theme.series.length]! };
}

/** On a logarithmic axis what is not above 0 has no place. */
function columnsOf(lines: readonly MetricLine[], logarithmic: boolean): Columns {
  const [steps, ...columns] = aligned(lines);
  return logarithmic
    ? [steps, ...columns.map((column) => column.map((value) => (typeof value === 'number' && value <= 0 ? null : value)))]
    : [steps, ...columns];
}
