import { useCallback } from 'preact/hooks';
import { colorAt, type Color, type Scale } from '../plot/colormap';
import { contour, type Grid } from '../plot/contour';
import { Drawing } from '../plot/Drawing';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { FieldData } from '../stream/events';

export interface ContourLine {
  grid: Grid;
  level: number;
  dashed?: boolean;
}

interface Props {
  title: string;
  field: FieldData;
  map: readonly Color[];
  scale: Scale;
  /** Values to name at the colour bar, with their places on it. */
  named: readonly number[];
  contours: readonly ContourLine[];
  label: string;
}

/** A function over a rectangle as colours, with lines of equal value. */
export function HeatMap({ title, field, map, scale, named, contours, label }: Props) {
  const theme = useTheme();
  const draw = useCallback(
    (c: CanvasRenderingContext2D, width: number, height: number) => {
      c.imageSmoothingEnabled = true;
      c.drawImage(coloured(field, map, scale), 0, 0, width, height);
      c.strokeStyle = theme.ink;
      for (const line of contours) {
        strokeContour(c, line, width, height);
      }
    },
    [field, map, scale, contours, theme],
  );
  const heightFor = useCallback(
    (width: number) => (width * (field.y1 - field.y0)) / (field.x1 - field.x0),
    [field.x0, field.x1, field.y0, field.y1],
  );
  return (
    <figure class="heatmap">
      <figcaption>{title}</figcaption>
      <Drawing draw={draw} heightFor={heightFor} label={label} />
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
    </figure>
  );
}

/** The field as an image, one pixel a value; its first row is the lowest, an image's the highest. */
function coloured(field: FieldData, map: readonly Color[], scale: Scale): HTMLCanvasElement {
  const { width, height } = field;
  const values = field.values ?? [];
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = values[(height - 1 - y) * width + x];
      if (value !== null && value !== undefined && !Number.isNaN(value)) {
        const [red, green, blue] = colorAt(map, scale(value));
        image.data.set([red, green, blue, 255], 4 * (y * width + x));
      }
    }
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

function strokeContour(c: CanvasRenderingContext2D, line: ContourLine, width: number, height: number): void {
  const { grid, level, dashed = false } = line;
  // Values stand in the middle of the image's pixels.
  const xOf = (x: number) => ((x + 0.5) / grid.width) * width;
  const yOf = (y: number) => height - ((y + 0.5) / grid.height) * height;
  const pieces = contour(grid, level);
  c.lineWidth = dashed ? 1 : 2;
  c.globalAlpha = dashed ? 0.7 : 1;
  c.beginPath();
  for (let i = 0; i < pieces.length; i += 4) {
    // Pieces come in no order, so a dash pattern would not run along the line: every other piece is left out instead.
    if (!dashed || i % 8 === 0) {
      c.moveTo(xOf(pieces[i]!), yOf(pieces[i + 1]!));
      c.lineTo(xOf(pieces[i + 2]!), yOf(pieces[i + 3]!));
    }
  }
  c.stroke();
  c.globalAlpha = 1;
}
