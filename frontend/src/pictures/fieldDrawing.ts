/** A function over a rectangle on a canvas: its colours, its lines of equal value, and where a point of the plane lies. */
import { colorAt, type Color, type Scale } from '../plot/colormap';
import { contour, type Grid } from '../plot/contour';
import type { FieldData } from '../stream/events';

export interface ContourLine {
  grid: Grid;
  level: number;
  dashed?: boolean;
  /** One of many, behind something else. */
  faint?: boolean;
}

/** Where the points of a field's plane lie on a canvas, and back. */
export interface Placing {
  xOf(x: number): number;
  yOf(y: number): number;
  pointAt(left: number, top: number): [x: number, y: number];
}

/** Values stand in the middle of the image's pixels, so the first and the last are half a pixel from the edge. */
export function placingOf({ x0, x1, y0, y1, width: columns, height: rows }: FieldData, width: number, height: number): Placing {
  const xStep = (x1 - x0) / (columns - 1);
  const yStep = (y1 - y0) / (rows - 1);
  return {
    xOf: (x) => (((x - x0) / xStep + 0.5) / columns) * width,
    yOf: (y) => height - (((y - y0) / yStep + 0.5) / rows) * height,
    pointAt: (left, top) => [
      x0 + ((left / width) * columns - 0.5) * xStep,
      y0 + (((height - top) / height) * rows - 0.5) * yStep,
    ],
  };
}

export function gridOf(field: FieldData): Grid {
  return { width: field.width, height: field.height, values: (field.values ?? []) as ArrayLike<number> };
}

/** Colours that a field is drawn with, apart by steps too small to be seen. */
const SHADES = 512;

/** The field as an image, one pixel a value; its first row is the lowest, an image's the highest. */
export function coloured(field: FieldData, map: readonly Color[], scale: Scale): HTMLCanvasElement {
  const { width, height } = field;
  const values = field.values ?? [];
  const shades = Array.from({ length: SHADES }, (_, i) => colorAt(map, i / (SHADES - 1)));
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = values[(height - 1 - y) * width + x];
      if (value !== null && value !== undefined && !Number.isNaN(value)) {
        const [red, green, blue] = shades[Math.round(Math.min(1, Math.max(0, scale(value))) * (SHADES - 1))]!;
        const at = 4 * (y * width + x);
        image.data[at] = red;
        image.data[at + 1] = green;
        image.data[at + 2] = blue;
        image.data[at + 3] = 255;
      }
    }
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}

export function strokeContour(c: CanvasRenderingContext2D, line: ContourLine, width: number, height: number): void {
  const { grid, level, dashed = false, faint = false } = line;
  const xOf = (x: number) => ((x + 0.5) / grid.width) * width;
  const yOf = (y: number) => height - ((y + 0.5) / grid.height) * height;
  const pieces = contour(grid, level);
  c.lineWidth = dashed || faint ? 1 : 2;
  c.globalAlpha = faint ? 0.22 : dashed ? 0.7 : 1;
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
