/** The lanes of a race: one optimizer each, in the same colour wherever it is seen. */
import type { Chart } from '../pictures/natural';
import { figure, words } from '../plot/numbers';
import type { Theme } from '../plot/theme';
import type { MatrixData, Value } from '../stream/events';

const NAMES: Readonly<Record<string, string>> = {
  sgd: 'SGD',
  momentum: 'momentum',
  nesterov: 'Nesterov',
  adagrad: 'AdaGrad',
  adadelta: 'AdaDelta',
  rmsprop: 'RMSProp',
  adam: 'Adam',
  adamax: 'Adamax',
};

/** All lanes that there can be, in the order of their history. */
export const LANES: readonly string[] = Object.keys(NAMES);

/** The name of a lane for people. */
export function laneName(lane: string): string {
  return NAMES[lane] ?? words(lane);
}

/** Plain SGD, with which the others are compared, is grey. */
export function laneColor(theme: Theme, lane: string): string {
  const { optimal, model, critic, data, series } = theme;
  const colors = [optimal, model, critic, series[3]!, series[4]!, series[5]!, data, series[7]!];
  return colors[LANES.indexOf(lane)] ?? theme.muted;
}

/** A metric of one lane, `validationError.adam`, as its two parts; undefined for a metric of the whole run. */
export function laneOf(metric: string): { metric: string; lane: string } | undefined {
  const dot = metric.lastIndexOf('.');
  const lane = metric.slice(dot + 1);
  return dot > 0 && lane in NAMES ? { metric: metric.slice(0, dot), lane } : undefined;
}

/** One chart with a line a lane. */
export function raceChart(title: string, metric: string, logarithmic = false): Chart {
  return { title, metrics: LANES.map((lane) => `${metric}.${lane}`), logarithmic };
}

/** Charts for metrics that no chart names: the lanes of a metric together, every other metric alone. */
export function chartsOf(metrics: readonly string[]): Chart[] {
  const raced = new Set(metrics.flatMap((name) => laneOf(name)?.metric ?? []));
  const alone = metrics.filter((name) => laneOf(name) === undefined);
  return [
    ...[...raced].map((metric) => raceChart(`${words(metric)}, one line an optimizer`, metric)),
    ...alone.map((metric) => ({ title: words(metric), metrics: [metric] })),
  ];
}

/** Whether a parameter belongs to a lane that does not run: `adamRate` of a race without Adam. */
export function isIdle(parameter: string, lanes: unknown): boolean {
  const lane = LANES.find((each) => parameter === `${each}Rate`);
  return typeof lanes === 'string' && lane !== undefined && !lanes.split(',').some((each) => each.trim() === lane);
}

/** The rates that the optimizers' papers and libraries give them, as the series' first post has them. */
const DEFAULTS: Readonly<Record<string, number>> = {
  momentum: 0.05,
  nesterov: 0.05,
  adagrad: 0.01,
  adadelta: 1,
  rmsprop: 0.001,
  adam: 0.002,
  adamax: 0.004,
};

/** The column of the table of lanes with their learning rates. */
export const RATE = 'learning rate';

/** Why the lanes' learning rates differ, and how to look at them then; empty if the table does not tell the rates. */
export function aboutRates(lanes: MatrixData): string {
  const column = lanes.columns.findIndex((name) => words(name) === RATE);
  const rates = lanes.rows.map((_, row): Value => lanes.values[row]?.[column] ?? null);
  const known = new Set(rates.filter((rate) => rate !== null));
  if (known.size === 0 || lanes.rows.length < 2) {
    return '';
  }
  if (known.size === 1) {
    return `All optimizers use the same learning rate, ${figure([...known][0])}.`;
  }
  const sgd = lanes.rows.indexOf('sgd');
  const alone = sgd >= 0 && lanes.rows.every((lane, row) => row === sgd || rates[row] === DEFAULTS[lane]);
  const who = alone ? `Only SGD uses ${figure(rates[sgd])}; the others use their own defaults` : 'Each optimizer uses its own learning rate';
  return `${who}: compare the shapes of the lines, not their speeds.`;
}
