/** A surface to walk down: how its heights become colours and lines, and where its lowest point is. */
import { extent, sequential, type Scale } from '../plot/colormap';
import type { Grid } from '../plot/contour';

export interface Relief {
  scale: Scale;
  /** Heights along which lines are drawn, lowest first. */
  levels: readonly number[];
  /** Whether heights go by their logarithm above the lowest. */
  logarithmic: boolean;
  low: number;
  high: number;
}

const LINES = 14;
/** Heights go by their logarithm where half of the surface lies in this share of them. */
const FLAT = 0.1;
/** The share of the surface below the height up to which colours go evenly. */
const KNEE = 0.02;

export function reliefOf(values: ArrayLike<number>): Relief {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const [low, high] = extent(sorted);
  const width = high - low || 1;
  const quantile = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? low) - low;
  if (quantile(0.5) > FLAT * width) {
    return { scale: sequential(low, high), levels: between((t) => low + t * width), logarithmic: false, low, high };
  }
  const knee = quantile(KNEE) || width * 1e-6;
  const whole = Math.log1p(width / knee);
  return {
    scale: (value) => Math.log1p(Math.max(0, value - low) / knee) / whole,
    levels: between((t) => low + knee * Math.expm1(t * whole)),
    logarithmic: true,
    low,
    high,
  };
}

function between(levelAt: (t: number) => number): number[] {
  return Array.from({ length: LINES }, (_, i) => levelAt((i + 1) / (LINES + 1)));
}

/** The place of the lowest value, in grid steps; undefined where it lies at the edge, because the surface then goes on falling. */
export function lowestInside({ width, height, values }: Grid): [column: number, row: number] | undefined {
  let lowest = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]) && (lowest < 0 || values[i]! < values[lowest]!)) {
      lowest = i;
    }
  }
  const [column, row] = [lowest % width, Math.floor(lowest / width)];
  return lowest >= 0 && column > 0 && row > 0 && column < width - 1 && row < height - 1 ? [column, row] : undefined;
}
