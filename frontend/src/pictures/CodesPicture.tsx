import { useCallback } from 'preact/hooks';
import { Drawing } from '../plot/Drawing';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { TrailData } from '../stream/events';

const MARGIN = 14;
/** The plane is seen at least so far; beyond there is next to nothing of N(0, 1). */
const REACH = 3;

const heightFor = (width: number) => Math.min(width, 480);

/** Where in the plane the codes of pictures lie: each is written as the name of its class. */
export function CodesPicture({ title, codes }: { title: string; codes: TrailData }) {
  const theme = useTheme();
  const reach = reachOf(codes);
  const draw = useCallback(
    (c: CanvasRenderingContext2D, width: number, height: number) => {
      const xOf = (x: number) => width / 2 + (x / reach) * (width / 2 - MARGIN);
      const yOf = (y: number) => height / 2 - (y / reach) * (height / 2 - MARGIN);
      c.strokeStyle = theme.line;
      for (const circle of [1, 2]) {
        c.beginPath();
        c.ellipse(xOf(0), yOf(0), xOf(circle) - xOf(0), yOf(0) - yOf(circle), 0, 0, 2 * Math.PI);
        c.stroke();
      }
      c.font = theme.font;
      c.textAlign = 'center';
      c.textBaseline = 'middle';
      Object.entries(codes.series).forEach(([name, points], i) => {
        c.fillStyle = theme.series[i % theme.series.length]!;
        points.forEach(([x, y]) => x !== null && y !== null && c.fillText(name, xOf(x), yOf(y)));
      });
    },
    [codes, reach, theme],
  );
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <Drawing draw={draw} heightFor={heightFor} label={`${title}: codes of test pictures of ${Object.keys(codes.series).join(', ')}`} />
      <p class="hint">each number −{figure(reach)} to {figure(reach)}; the rings are one and two deviations of N(0, 1)</p>
    </figure>
  );
}

/** How far from 0 the farthest code lies, along either axis. */
function reachOf(codes: TrailData): number {
  const numbers = Object.values(codes.series).flat(2).map((value) => Math.abs(value ?? 0));
  return numbers.reduce((most, each) => Math.max(most, each), REACH);
}
