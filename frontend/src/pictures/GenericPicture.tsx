import { useMemo } from 'preact/hooks';
import type { PictureEvent } from '../stream/events';
import { diverging, DIVERGING_DARK, DIVERGING_LIGHT, extent, SEQUENTIAL, sequential } from '../plot/colormap';
import { LineChart } from '../plot/LineChart';
import type { Columns } from '../plot/columns';
import { words } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { CurveData, FieldData, ImageData as PictureImage } from '../stream/events';
import { HeatMap } from './HeatMap';
import { HistogramPicture } from './HistogramPicture';
import { MatrixPicture } from './MatrixPicture';
import { TrailPicture } from './TrailPicture';

/** A picture drawn by its type alone. */
export function GenericPicture({ event }: { event: PictureEvent }) {
  const title = words(event.data.id);
  switch (event.type) {
    case 'curve':
      return <CurvePicture title={title} curve={event.data} />;
    case 'field':
      return <FieldPicture title={title} field={event.data} />;
    case 'image':
      return <ImagePicture title={title} image={event.data} />;
    case 'text':
      return (
        <figure>
          <figcaption>{title}</figcaption>
          <blockquote class="sample">{event.data.text}</blockquote>
        </figure>
      );
    case 'histogram':
      return <HistogramPicture title={title} histogram={event.data} />;
    case 'matrix':
      return <MatrixPicture title={title} matrix={event.data} />;
    case 'trail':
      return <TrailPicture title={title} trail={event.data} />;
  }
}

function CurvePicture({ title, curve }: { title: string; curve: CurveData }) {
  const { series } = useTheme();
  const names = Object.keys(curve.series);
  const columns = useMemo<Columns>(() => [curve.x.map((x) => x ?? NaN), ...Object.values(curve.series)], [curve]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <LineChart
        lines={names.map((name, i) => ({ label: words(name), color: series[i % series.length]! }))}
        columns={columns}
        xLabel="x"
        label={`${title}: ${names.map(words).join(', ')} over x`}
      />
    </figure>
  );
}

function FieldPicture({ title, field }: { title: string; field: FieldData }) {
  const { dark } = useTheme();
  const look = useMemo(() => {
    const values = (field.values ?? []) as ArrayLike<number>;
    const [low, high] = extent(values);
    const reach = Math.max(-low, high);
    return low < 0 && high > 0
      ? {
          map: dark ? DIVERGING_DARK : DIVERGING_LIGHT,
          scale: diverging(0, reach, reach),
          named: [-reach, 0, reach],
          contours: [{ grid: { width: field.width, height: field.height, values }, level: 0 }],
        }
      : { map: SEQUENTIAL, scale: sequential(low, high), named: [low, high], contours: [] };
  }, [field, dark]);
  const [low, high] = [look.named[0]!, look.named.at(-1)!];
  return <HeatMap title={title} field={field} {...look} label={`${title}: values from ${low} to ${high} over the plane`} />;
}

function ImagePicture({ title, image }: { title: string; image: PictureImage }) {
  return (
    <figure>
      <figcaption>{image.caption || title}</figcaption>
      <img class="pixels" src={image.ref} width={image.width} height={image.height} alt={image.caption || title} />
    </figure>
  );
}
