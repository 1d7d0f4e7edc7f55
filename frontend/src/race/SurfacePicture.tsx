import { useCallback, useMemo } from 'preact/hooks';
import { GROUND_DARK, GROUND_LIGHT } from '../plot/colormap';
import { figure } from '../plot/numbers';
import { useTheme, type Theme } from '../plot/theme';
import { gridOf, type Placing } from '../pictures/fieldDrawing';
import { HeatMap } from '../pictures/HeatMap';
import { Legend } from '../pictures/Legend';
import type { FieldData, TrailData } from '../stream/events';
import { laneColor, laneName } from './lanes';
import { lowestInside, reliefOf } from './surface';

interface Props {
  surface: FieldData;
  paths: TrailData;
  compact: boolean;
}

type Place = readonly [x: number, y: number];

/** The surface from above, and on it the way of each lane to where it has got. */
export function SurfacePicture({ surface, paths, compact }: Props) {
  const theme = useTheme();
  const relief = useMemo(() => reliefOf(gridOf(surface).values), [surface]);
  const contours = useMemo(
    () => relief.levels.map((level) => ({ grid: gridOf(surface), level, faint: true })),
    [surface, relief],
  );
  const lowest = useMemo(() => lowestOf(surface), [surface]);
  const ways = useMemo(() => waysOf(paths), [paths]);
  const overlay = useCallback(
    (c: CanvasRenderingContext2D, placing: Placing) => drawWays(c, placing, ways, lowest, theme),
    [ways, lowest, theme],
  );
  const isOut = ({ end }: Way) => end === undefined || !isInside(surface, end);
  const told = ways.map((way) => `${laneName(way.lane)} ${isOut(way) ? 'is outside the picture' : `at ${figure(way.end![0])}, ${figure(way.end![1])}`}`);
  return (
    <div class={`surface ${compact ? 'compact' : ''}`}>
      <HeatMap
        title={compact ? '' : 'The surface from above, and the way of each lane'}
        field={surface}
        map={theme.dark ? GROUND_DARK : GROUND_LIGHT}
        scale={relief.scale}
        named={[relief.low, relief.high]}
        contours={contours}
        bare={compact}
        overlay={overlay}
        label={`A surface from ${figure(relief.low)} to ${figure(relief.high)}, and the ways of ${ways.length} optimizers down it: ${told.join('; ')}.`}
      />
      <Legend
        entries={ways.map((way) => ({
          label: laneName(way.lane) + (isOut(way) ? ' (is outside the picture)' : ''),
          color: laneColor(theme, way.lane),
        }))}
      />
      {!compact && (
        <p class="hint">
          ○ where all begin{lowest && ', ✕ the lowest point'}. Colours and lines go by{' '}
          {relief.logarithmic ? 'the logarithm of the height above the lowest point' : 'equal steps of height'}.
        </p>
      )}
    </div>
  );
}

interface Way {
  lane: string;
  points: readonly Place[];
  end: Place | undefined;
}

/** The known points of each lane; one that has run to infinity has no end. */
function waysOf(paths: TrailData): Way[] {
  return Object.entries(paths.series).map(([lane, path]) => {
    const broken = path.findIndex(([x, y]) => x === null || y === null);
    const points = (broken < 0 ? path : path.slice(0, broken)) as [number, number][];
    return { lane, points, end: broken < 0 ? points.at(-1) : undefined };
  });
}

function isInside({ x0, x1, y0, y1 }: FieldData, [x, y]: Place): boolean {
  return x >= x0 && x <= x1 && y >= y0 && y <= y1;
}

function lowestOf(surface: FieldData): Place | undefined {
  const place = lowestInside(gridOf(surface));
  return (
    place && [
      surface.x0 + (place[0] * (surface.x1 - surface.x0)) / (surface.width - 1),
      surface.y0 + (place[1] * (surface.y1 - surface.y0)) / (surface.height - 1),
    ]
  );
}

function drawWays(c: CanvasRenderingContext2D, { xOf, yOf }: Placing, ways: readonly Way[], lowest: Place | undefined, theme: Theme): void {
  c.lineJoin = c.lineCap = 'round';
  if (lowest) {
    drawCross(c, xOf(lowest[0]), yOf(lowest[1]), theme);
  }
  for (const { lane, points } of ways) {
    const line = new Path2D();
    points.forEach(([x, y]) => line.lineTo(xOf(x), yOf(y)));
    // A rim in the colour of the page keeps lines apart that cross.
    c.strokeStyle = theme.surface;
    c.lineWidth = 4;
    c.globalAlpha = 0.7;
    c.stroke(line);
    c.globalAlpha = 1;
    c.strokeStyle = laneColor(theme, lane);
    c.lineWidth = 2;
    c.stroke(line);
  }
  const start = ways[0]?.points[0];
  if (start) {
    drawDot(c, xOf(start[0]), yOf(start[1]), theme.surface, theme.ink);
  }
  for (const { lane, end } of ways) {
    if (end) {
      drawDot(c, xOf(end[0]), yOf(end[1]), laneColor(theme, lane), theme.surface);
    }
  }
}

function drawDot(c: CanvasRenderingContext2D, x: number, y: number, fill: string, rim: string): void {
  c.beginPath();
  c.arc(x, y, 5, 0, 2 * Math.PI);
  c.fillStyle = fill;
  c.strokeStyle = rim;
  c.lineWidth = 1.5;
  c.fill();
  c.stroke();
}

function drawCross(c: CanvasRenderingContext2D, x: number, y: number, theme: Theme): void {
  c.strokeStyle = theme.ink;
  c.lineWidth = 2;
  c.beginPath();
  for (const side of [-1, 1]) {
    c.moveTo(x - 5, y - 5 * side);
    c.lineTo(x + 5, y + 5 * side);
  }
  c.stroke();
}
