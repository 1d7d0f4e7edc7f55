import { useMemo } from 'preact/hooks';
import type { Color, Scale } from '../plot/colormap';
import type { Columns } from '../plot/columns';
import { LineChart } from '../plot/LineChart';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { FieldData } from '../stream/events';
import { pictureOf, type Pictures } from '../stream/view';
import { gridOf } from './fieldDrawing';
import { HeatMap } from './HeatMap';

interface Props {
  pictures: Pictures;
  map: readonly Color[];
  scale: Scale;
  level: number;
}

const PREFIX = 'field:width ';

/** Nets of several widths side by side, and how their error falls with the width: universal approximation to look at. */
export function WidthsPicture({ pictures, map, scale, level }: Props) {
  const theme = useTheme();
  const curve = pictureOf(pictures, 'curve', 'widths');
  const nets = netsOf(pictures);
  const columns = useMemo<Columns>(() => [curve?.x.map((x) => x ?? NaN) ?? [], curve?.series['rmse'] ?? []], [curve]);
  if (nets.length === 0 && !curve) {
    return null;
  }
  const errorOf = (width: number) => figure(curve?.series['rmse']?.[curve.x.indexOf(width)]);
  return (
    <section class="widths" aria-label="Nets of several widths">
      <h3>More units fit what fewer cannot</h3>
      <div class="small-fields">
        {nets.map(({ width, field }) => (
          <HeatMap
            key={width}
            bare
            title={`${width} units\nrmse ${errorOf(width)}`}
            field={field}
            map={map}
            scale={scale}
            named={[]}
            contours={[{ grid: gridOf(field), level }]}
            label={`The function of the net with ${width} units; root mean squared error ${errorOf(width)}.`}
          />
        ))}
      </div>
      {curve && (
        <figure>
          <figcaption>Error by width, both axes logarithmic</figcaption>
          <LineChart
            lines={[{ label: 'rmse', color: theme.model }]}
            columns={columns}
            xLabel="hidden units"
            xLogarithmic
            logarithmic
            points
            label={`Root mean squared error by hidden units: ${curve.x.map((width) => `${width}: ${errorOf(width ?? 0)}`).join(', ')}`}
          />
        </figure>
      )}
    </section>
  );
}

function netsOf(pictures: Pictures): { width: number; field: FieldData }[] {
  return Object.entries(pictures)
    .flatMap(([key, event]) => (event.type === 'field' && key.startsWith(PREFIX) ? [{ width: Number(key.slice(PREFIX.length)), field: event.data }] : []))
    .sort((a, b) => a.width - b.width);
}
