import { useCallback } from 'preact/hooks';
import { extent } from '../plot/colormap';
import { Drawing } from '../plot/Drawing';
import { figure, words } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { HistogramData } from '../stream/events';
import { Legend } from './Legend';

const heightFor = (width: number) => Math.min(280, Math.max(160, width * 0.5));
const AXIS = 22;

/** Counts or shares in bins, one colour a series. */
export function HistogramPicture({ title, histogram }: { title: string; histogram: HistogramData }) {
  const theme = useTheme();
  const { edges, series } = histogram;
  const names = Object.keys(series);
  const colorOf = (i: number) => theme.series[i % theme.series.length]!;
  const draw = useCallback(
    (c: CanvasRenderingContext2D, width: number, height: number) => {
      const [first, last] = [edges[0]!, edges.at(-1)!];
      const highest = extent(Object.values(series).flatMap((values) => values.map((value) => value ?? NaN)))[1] || 1;
      const xOf = (x: number) => ((x - first) / (last - first || 1)) * width;
      Object.values(series).forEach((values, i) => {
        c.fillStyle = colorOf(i);
        c.globalAlpha = 0.45;
        values.forEach((value, bin) => {
          const tall = ((value ?? 0) / highest) * (height - AXIS);
          const left = xOf(edges[bin]!);
          c.fillRect(left, height - AXIS - tall, Math.max(1, xOf(edges[bin + 1]!) - left - 0.5), tall);
        });
      });
      c.globalAlpha = 1;
      c.fillStyle = theme.muted;
      c.font = theme.font;
      c.textBaseline = 'bottom';
      for (const [value, align] of [[first, 'left'], [(first + last) / 2, 'center'], [last, 'right']] as const) {
        c.textAlign = align;
        c.fillText(figure(value), xOf(value), height - 2);
      }
    },
    [histogram, theme],
  );
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Drawing draw={draw} heightFor={heightFor} label={`${title}: histogram of ${names.map(words).join(', ')} from ${figure(edges[0])} to ${figure(edges.at(-1))}`} />
      <Legend entries={names.map((name, i) => ({ label: words(name), color: colorOf(i), filled: true }))} />
    </figure>
  );
}
