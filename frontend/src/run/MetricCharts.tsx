import { useMemo } from 'preact/hooks';
import type { Chart } from '../pictures/natural';
import { aligned, type Columns } from '../plot/columns';
import { LineChart } from '../plot/LineChart';
import { figure, words } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { MetricLine, RunModel } from '../stream/fold';
import { metricAt } from '../stream/view';

interface Props {
  model: RunModel;
  /** Those that belong together; every other metric gets a chart of its own. */
  charts: readonly Chart[];
  /** The step that is looked back to. */
  mark: number | undefined;
}

/** All metrics of a run over its steps. */
export function MetricCharts({ model, charts, mark }: Props) {
  const names = Object.keys(model.metrics);
  const grouped = new Set(charts.flatMap((chart) => chart.metrics));
  const others = names.filter((name) => !grouped.has(name)).map((name): Chart => ({ title: words(name), metrics: [name] }));
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
  const { series } = useTheme();
  const names = chart.metrics.filter((name) => metrics[name]);
  const lines = names.map((name) => metrics[name]!);
  const columns = useMemo(() => columnsOf(lines, chart.logarithmic === true), lines);
  const values = names.map((name) => `${words(name)} ${figure(metricAt(metrics[name], mark ?? Infinity))}`).join(', ');
  return (
    <figure class="panel">
      <figcaption>{chart.title}</figcaption>
      <LineChart
        lines={names.map((name, i) => ({ label: words(name), color: series[i % series.length]! }))}
        columns={columns}
        xLabel="step"
        logarithmic={chart.logarithmic === true}
        mark={mark}
        label={`${chart.title} over the steps. ${mark === undefined ? 'Now' : `At step ${mark}`}: ${values}.`}
      />
    </figure>
  );
}

/** On a logarithmic axis what is not above 0 has no place. */
function columnsOf(lines: readonly MetricLine[], logarithmic: boolean): Columns {
  const [steps, ...columns] = aligned(lines);
  return logarithmic
    ? [steps, ...columns.map((column) => column.map((value) => (typeof value === 'number' && value <= 0 ? null : value)))]
    : [steps, ...columns];
}
