import { useCallback } from 'preact/hooks';
import type { Color, Scale } from '../plot/colormap';
import { Drawing } from '../plot/Drawing';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { FieldData } from '../stream/events';
import { coloured, placingOf, strokeContour, type ContourLine, type Placing } from './fieldDrawing';

/** Draws on top of a field. */
export type Overlay = (c: CanvasRenderingContext2D, placing: Placing) => void;

interface Props {
  title: string;
  field: FieldData;
  map: readonly Color[];
  scale: Scale;
  /** Values to name at the colour bar, with their places on it. */
  named: readonly number[];
  contours: readonly ContourLine[];
  /** A small one among many: without its colour bar and its bounds. */
  bare?: boolean;
  overlay?: Overlay | undefined;
  /** Called with the point of the plane that is clicked. */
  onPick?: ((x: number, y: number) => void) | undefined;
  label: string;
}

/** A function over a rectangle as colours, with lines of equal value. */
export function HeatMap({ title, field, map, scale, named, contours, bare = false, overlay, onPick, label }: Props) {
  const theme = useTheme();
  const draw = useCallback(
    (c: CanvasRenderingContext2D, width: number, height: number) => {
      c.imageSmoothingEnabled = true;
      c.drawImage(coloured(field, map, scale), 0, 0, width, height);
      c.strokeStyle = theme.ink;
      for (const line of contours) {
        strokeContour(c, line, width, height);
      }
      overlay?.(c, placingOf(field, width, height));
    },
    [field, map, scale, contours, overlay, theme],
  );
  const heightFor = useCallback(
    (width: number) => (width * (field.y1 - field.y0)) / (field.x1 - field.x0),
    [field.x0, field.x1, field.y0, field.y1],
  );
  const pick = (event: MouseEvent) => {
    const place = (event.currentTarget as HTMLElement).getBoundingClientRect();
    onPick?.(...placingOf(field, place.width, place.height).pointAt(event.clientX - place.left, event.clientY - place.top));
  };
  return (
    <figure class={`heatmap ${onPick ? 'picks' : ''}`}>
      {title && <figcaption>{title}</figcaption>}
      <Drawing draw={draw} heightFor={heightFor} label={label} {...(onPick ? { onClick: pick } : {})} />
      {!bare && <Scales field={field} map={map} scale={scale} named={named} />}
    </figure>
  );
}

function Scales({ field, map, scale, named }: Pick<Props, 'field' | 'map' | 'scale' | 'named'>) {
  return (
    <>
      <div class="colorbar" aria-hidden="true">
        <div style={{ background: `linear-gradient(to right, ${map.map((color) => `rgb(${color.join(' ')})`).join(', ')})` }} />
        {named.map((value) => (
          <span key={value} style={{ left: `${100 * Math.min(1, Math.max(0, scale(value)))}%` }}>
            {figure(value)}
          </span>
        ))}
      </div>
      <p class="hint">
        x {figure(field.x0)} to {figure(field.x1)}, y {figure(field.y0)} to {figure(field.y1)}
      </p>
    </>
  );
}
