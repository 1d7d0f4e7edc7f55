import { useCallback } from 'preact/hooks';
import { extent } from '../plot/colormap';
import { Drawing } from '../plot/Drawing';
import { words } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { TrailData } from '../stream/events';
import { Legend } from './Legend';

const heightFor = (width: number) => Math.min(480, width * 0.75);
const MARGIN = 10;

/** Paths in the plane, each with a dot where it has got to. */
export function TrailPicture({ title, trail }: { title: string; trail: TrailData }) {
  const theme = useTheme();
  const names = Object.keys(trail.series);
  const colorOf = (i: number) => theme.series[i % theme.series.length]!;
  const draw = useCallback(
    (c: CanvasRenderingContext2D, width: number, height: number) => {
      const points = Object.values(trail.series).flat();
      const [left, right] = extent(points.map(([x]) => x ?? NaN));
      const [low, high] = extent(points.map(([, y]) => y ?? NaN));
      const xOf = (x: number) => MARGIN + ((x - left) / (right - left || 1)) * (width - 2 * MARGIN);
      const yOf = (y: number) => height - MARGIN - ((y - low) / (high - low || 1)) * (height - 2 * MARGIN);
      Object.values(trail.series).forEach((path, i) => {
        const known = path.filter((point): point is [number, number] => point[0] !== null && point[1] !== null);
        c.strokeStyle = c.fillStyle = colorOf(i);
        c.lineWidth = 1.75;
        c.beginPath();
        known.forEach(([x, y]) => c.lineTo(xOf(x), yOf(y)));
        c.stroke();
        const end = known.at(-1);
        if (end) {
          c.beginPath();
          c.arc(xOf(end[0]), yOf(end[1]), 4, 0, 2 * Math.PI);
          c.fill();
        }
      });
    },
    [trail, theme],
  );
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Drawing draw={draw} heightFor={heightFor} label={`${title}: paths of ${names.map(words).join(', ')}`} />
      <Legend entries={names.map((name, i) => ({ label: words(name), color: colorOf(i) }))} />
    </figure>
  );
}
