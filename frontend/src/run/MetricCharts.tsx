import { useMemo } from 'preact/hooks';
import type { Chart } from '../pictures/natural';
import { aligned, type Columns } from '../plot/columns';
import { LineChart, type LineStyle } from '../plot/LineChart';
import { figure, words } from '../plot/numbers';
import { useTheme, type Theme } from '../plot/theme';
import { chartsOf, laneColor, laneName, laneOf } from '../race/lanes';
import type { MetricLine, RunModel } from '../stream/fold';
import { metricAt } from '../stream/view';
import type { Ancestor } from '../travel/useAncestors';

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
  /** The runs from which this one descends: their curves stand beside its own. */
  ancestors: readonly Ancestor[];
}

/** All metrics of a run over its steps. */
export function MetricCharts({ model, charts, silent, mark, ancestors }: Props) {
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
        <MetricChart key={chart.title} chart={chart} metrics={model.metrics} mark={mark} ancestors={ancestors} />
      ))}
    </div>
  );
}

interface ChartProps extends Pick<Props, 'mark' | 'ancestors'> {
  chart: Chart;
  metrics: RunModel['metrics'];
}

function MetricChart({ chart, metrics, mark, ancestors }: ChartProps) {
  const theme = useTheme();
  const names = chart.metrics.filter((name) => metrics[name]);
  const own = names.map((name, i) => ({ line: metrics[name]!, style: styleOf(name, i, theme) }));
  const theirs = ancestors.flatMap(({ run, metrics: others }, generation) =>
    names.flatMap((name, i) => {
      const { label, color } = styleOf(name, i, theme);
      const line = others[name];
      return line ? [{ line, style: { label: `${label} · ${run.name || run.id}`, color, dash: generation + 1 } }] : [];
    }),
  );
  const all = [...own, ...theirs];
  const columns = useMemo(() => columnsOf(all.map(({ line }) => line), chart.logarithmic === true), all.map(({ line }) => line));
  const styles = all.map(({ style }) => style);
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
        forks={ancestors.map(({ forkedAt }) => forkedAt)}
        label={`${chart.title} over the steps. ${mark === undefined ? 'Now' : `At step ${mark}`}: ${values}.${ancestors.length > 0 ? ` Dashed: ${ancestors.map(({ run }) => run.name || run.id).join(', ')}.` : ''}`}
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
function columnsOf(lines: readonly Pick<MetricLine, 'steps' | 'values'>[], logarithmic: boolean): Columns {
  const [steps, ...columns] = aligned(lines);
  return logarithmic
    ? [steps, ...columns.map((column) => column.map((value) => (typeof value === 'number' && value <= 0 ? null : value)))]
    : [steps, ...columns];
}
