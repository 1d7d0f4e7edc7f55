/** Samples of a generator: a histogram of what it makes, and its moments. */
import type { HistogramData } from '../stream/events';

/** Counts in bins of one width from the smallest to the largest value. */
export function histogramOf(id: string, values: ArrayLike<number>, bins: number): HistogramData {
  const all = Array.from(values);
  const low = Math.min(...all);
  const width = (Math.max(...all) - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of all) {
    counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
  }
  return { id, edges: Array.from({ length: bins + 1 }, (_, i) => low + i * width), series: { samples: counts } };
}

/** Mean and standard deviation. */
export function momentsOf(values: ArrayLike<number>): { mean: number; deviation: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / all.length) };
}
