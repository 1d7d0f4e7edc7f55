import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import type { Columns } from './columns';
import { figure } from './numbers';
import { spread } from './spread';
import { useTheme, type Theme } from './theme';

/** Room to the right of a chart for the names of its lines, and how tall one is. */
const NAMES_WIDTH = 80;
const NAME_HEIGHT = 12;

export interface LineStyle {
  label: string;
  color: string;
  dashed?: boolean;
  /** How far back its run is: the parent's line has long dashes, that one's parent's shorter ones. */
  dash?: number;
}

interface Props {
  lines: readonly LineStyle[];
  columns: Columns;
  /** What is on the horizontal axis. */
  xLabel: string;
  logarithmic?: boolean;
  xLogarithmic?: boolean;
  /** Whether each value is a dot as well. */
  points?: boolean;
  /** Whether the name of each line stands at its end. */
  named?: boolean;
  height?: number;
  /** A place on the horizontal axis to mark: the moment that is looked back to. */
  mark?: number | undefined;
  /** Places on the horizontal axis at which a run parted from another. */
  forks?: readonly number[];
  /** What is to be seen, in words. */
  label: string;
}

/** Curves over a common axis, that can be read off with the pointer. */
export function LineChart({ lines, columns, xLabel, height = 220, mark, forks, label, ...shape }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const marked = useRef<number | undefined>(mark);
  marked.current = mark;
  const theme = useTheme();
  const looks = JSON.stringify([lines, xLabel, shape, height, forks]);

  useEffect(() => {
    const width = place.current!.clientWidth || 300;
    const options = optionsOf(lines, xLabel, shape, theme, width, height, () => marked.current, forks ?? []);
    const chart = new uPlot(options, columns as uPlot.AlignedData, place.current!);
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize({ width: place.current?.clientWidth || width, height }));
    observer.observe(place.current!);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [looks, theme]);

  useEffect(() => plot.current?.setData(columns as uPlot.AlignedData), [columns]);
  useEffect(() => plot.current?.redraw(false), [mark]);

  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

function optionsOf(
  lines: readonly LineStyle[],
  xLabel: string,
  shape: Pick<Props, 'logarithmic' | 'xLogarithmic' | 'points' | 'named'>,
  theme: Theme,
  width: number,
  height: number,
  mark: () => number | undefined,
  forks: readonly number[],
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: theme.muted,
    font: theme.font,
    grid: { stroke: theme.line, width: 1 },
    ticks: { stroke: theme.line, width: 1, size: 4 },
  };
  // On a logarithmic axis uPlot blanks most labels by passing null.
  const values = (_: uPlot, splits: (number | null)[]) => splits.map((value) => (value === null ? '' : figure(value)));
  return {
    width,
    height,
    legend: { live: true },
    cursor: { points: { size: 6 }, drag: { x: true, y: false } },
    ...(shape.named ? { padding: [null, NAMES_WIDTH, null, null] } : {}),
    scales: {
      x: { time: false, ...(shape.xLogarithmic ? { distr: 3, log: 2 } : {}) },
      y: shape.logarithmic ? { distr: 3, log: 10 } : {},
    },
    axes: [
      { ...axis, values },
      { ...axis, size: 56, values },
    ],
    series: [
      { label: xLabel, value: (_, value) => figure(value) },
      ...lines.map((line) => ({
        label: line.label,
        stroke: line.color,
        width: 1.75,
        spanGaps: true,
        ...(line.dashed ? { dash: [6, 4] } : line.dash ? { dash: [8 / line.dash, 4], width: 1.25 } : {}),
        points: { show: (u: uPlot) => shape.points === true || (u.data[0]?.length ?? 0) < 3 },
        value: (_: uPlot, value: number | null) => figure(value),
      })),
    ],
    hooks: {
      draw: [
        (u) => {
          const at = mark();
          if (at !== undefined) {
            drawMark(u, u.valToPos(at, 'x', true), theme.ink);
          }
          forks.forEach((fork) => drawMark(u, u.valToPos(fork, 'x', true), theme.muted));
          if (shape.named) {
            drawNames(u, lines, theme);
          }
        },
      ],
    },
  };
}

function drawMark(u: uPlot, x: number, color: string): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** The name of each line where it ends, moved apart where lines end close together. */
function drawNames(u: uPlot, lines: readonly LineStyle[], theme: Theme): void {
  const { ctx, bbox } = u;
  const ends = lines.flatMap(({ label, color }, i) => {
    const values = u.data[i + 1] as readonly (number | null | undefined)[] | undefined;
    const last = values?.findLast((value) => value !== null && value !== undefined);
    return typeof last === 'number' ? [{ label, color, y: u.valToPos(last, 'y', true) }] : [];
  });
  const places = spread(ends.map(({ y }) => y), NAME_HEIGHT * devicePixelRatio, bbox.top, bbox.top + bbox.height);
  ctx.save();
  ctx.font = theme.font.replace(/^\d+px/, `${NAME_HEIGHT * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ends.forEach(({ label, color }, i) => {
    ctx.fillStyle = color;
    ctx.fillText(label, bbox.left + bbox.width + 6 * devicePixelRatio, places[i]!);
  });
  ctx.restore();
}
