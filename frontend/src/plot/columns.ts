import type { MetricLine } from '../stream/fold';
import type { Value } from '../stream/events';

/** Lines over a common x, as uPlot takes them; undefined where a line has no point at an x. */
export type Columns = [x: number[], ...lines: (Value | undefined)[][]];

/** Brings lines with steps of their own on one axis. */
export function aligned(lines: readonly (Pick<MetricLine, 'steps' | 'values'> | undefined)[]): Columns {
  const steps = [...new Set(lines.flatMap((line) => line?.steps ?? []))].sort((a, b) => a - b);
  const places = new Map(steps.map((step, place) => [step, place]));
  const columns = lines.map((line) => {
    const column = new Array<Value | undefined>(steps.length).fill(undefined);
    line?.steps.forEach((step, i) => (column[places.get(step)!] = line.values[i]!));
    return column;
  });
  return [steps, ...columns];
}
