/** Samples of a generator: the noise that it is given, and a histogram of what it makes. */
import type { HistogramData } from '../stream/events';

/** Noise, evenly spread over (−reach, reach). */
export function noise(size: number, reach: number, random: () => number): number[] {
  return Array.from({ length: size }, () => reach * (2 * random() - 1));
}

/** Counts in bins of one width from the smallest to the largest value. */
export function histogramOf(id: string, values: readonly number[], bins: number): HistogramData {
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / bins || 1;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
  }
  return { id, edges: Array.from({ length: bins + 1 }, (_, i) => low + i * width), series: { samples: counts } };
}

/** Mean and standard deviation. */
export function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
