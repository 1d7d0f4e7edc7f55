/** The picture of a GAN on a line: both densities, D beside D*, and beneath them the lines from the noise to the line. */
import type { CurveData, HistogramData, Value } from '../stream/events';
import { extent } from '../plot/colormap';
import { figure } from '../plot/numbers';
import type { Theme } from '../plot/theme';

export interface DensityScene {
  density: HistogramData;
  discriminator: CurveData | undefined;
  map: CurveData | undefined;
}

/** The real density fills this share of the panel's height; what is higher is cut. */
const DENSITY_SHARE = 0.62;
const MARGIN = { left: 12, right: 34, top: 12, gap: 8, bottom: 34 };
/** The share of the height that the map from the noise takes. */
const MAP_SHARE = 0.26;

type Place = (value: number) => number;

export function drawDensities(c: CanvasRenderingContext2D, width: number, height: number, scene: DensityScene, theme: Theme): void {
  const { density, discriminator, map } = scene;
  const mapHeight = map ? height * MAP_SHARE : 0;
  const bottom = height - MARGIN.bottom - mapHeight;
  const right = width - MARGIN.right;
  const first = density.edges[0]!;
  const last = density.edges.at(-1)!;
  const xOf: Place = (x) => MARGIN.left + ((x - first) / (last - first)) * (right - MARGIN.left);
  const shareOf: Place = (share) => bottom - share * (bottom - MARGIN.top);
  const highest = extent(numbers(density.series['data'] ?? []))[1] || 1;
  const densityOf: Place = (value) => shareOf(Math.min(1.03, (value / highest) * DENSITY_SHARE));

  c.font = theme.font;
  c.lineJoin = 'round';
  drawFrame(c, MARGIN.left, right, shareOf, theme);
  fillDensity(c, density.edges, density.series['data'] ?? [], xOf, densityOf, bottom, theme.data);
  fillDensity(c, density.edges, density.series['generated'] ?? [], xOf, densityOf, bottom, theme.model);
  if (discriminator) {
    drawCurve(c, discriminator.x, discriminator.series['optimal'] ?? [], xOf, shareOf, theme.optimal, [5, 4]);
    drawCurve(c, discriminator.x, discriminator.series['D'] ?? [], xOf, shareOf, theme.critic, []);
  }
  drawAxis(c, first, last, xOf, bottom, 'x', theme);
  if (map) {
    drawMap(c, map, xOf, [MARGIN.left, right], [bottom + 22, height - MARGIN.bottom + 14], theme);
  }
}

function numbers(values: readonly Value[]): number[] {
  return values.map((value) => value ?? NaN);
}

/** The right axis, 0 to 1, with ½: where D can only guess. */
function drawFrame(c: CanvasRenderingContext2D, left: number, right: number, shareOf: Place, theme: Theme): void {
  c.lineWidth = 1;
  c.textBaseline = 'middle';
  c.textAlign = 'left';
  for (const [share, label] of [[0, '0'], [0.5, '½'], [1, '1']] as const) {
    const y = Math.round(shareOf(share)) + 0.5;
    c.strokeStyle = theme.line;
    c.beginPath();
    c.moveTo(left, y);
    c.lineTo(right, y);
    c.stroke();
    c.fillStyle = theme.critic;
    c.fillText(label, right + 8, y);
  }
}

function fillDensity(
  c: CanvasRenderingContext2D,
  edges: readonly number[],
  values: readonly Value[],
  xOf: Place,
  yOf: Place,
  bottom: number,
  color: string,
): void {
  if (values.length === 0) {
    return;
  }
  const outline = new Path2D();
  outline.moveTo(xOf(edges[0]!), bottom);
  values.forEach((value, bin) => {
    outline.lineTo(xOf(edges[bin]!), yOf(value ?? 0));
    outline.lineTo(xOf(edges[bin + 1]!), yOf(value ?? 0));
  });
  outline.lineTo(xOf(edges.at(-1)!), bottom);
  c.globalAlpha = 0.28;
  c.fillStyle = color;
  c.fill(outline);
  c.globalAlpha = 1;
  c.strokeStyle = color;
  c.lineWidth = 1.5;
  c.stroke(outline);
}

function drawCurve(
  c: CanvasRenderingContext2D,
  x: readonly Value[],
  y: readonly Value[],
  xOf: Place,
  yOf: Place,
  color: string,
  dash: number[],
): void {
  c.strokeStyle = color;
  c.lineWidth = dash.length > 0 ? 1.75 : 2.5;
  c.setLineDash(dash);
  c.beginPath();
  x.forEach((at, i) => {
    const value = y[i];
    if (at !== null && value !== null && value !== undefined) {
      c.lineTo(xOf(at), yOf(value));
    }
  });
  c.stroke();
  c.setLineDash([]);
}

function drawAxis(c: CanvasRenderingContext2D, first: number, last: number, xOf: Place, y: number, name: string, theme: Theme): void {
  c.fillStyle = theme.muted;
  c.textBaseline = 'top';
  c.textAlign = 'center';
  for (const value of ticks(first, last)) {
    c.fillText(figure(value), xOf(value), y + 5);
  }
  c.textAlign = 'left';
  c.fillText(name, xOf(last) + 8, y + 5);
}

/** Lines from each z of a line through the noise, below, to the x that G makes of it, above. */
function drawMap(
  c: CanvasRenderingContext2D,
  map: CurveData,
  xOf: Place,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
  theme: Theme,
): void {
  const made = map.series['x'] ?? [];
  const [low, high] = extent(numbers(map.x));
  // z takes the middle half of the width, so that the lines open like a fan.
  const zOf: Place = (z) => left + (right - left) * (0.25 + (0.5 * (z - low)) / (high - low || 1));
  c.strokeStyle = theme.model;
  c.lineWidth = 1;
  c.globalAlpha = 0.65;
  c.beginPath();
  map.x.forEach((z, i) => {
    const x = made[i];
    if (z !== null && x !== null && x !== undefined) {
      c.moveTo(zOf(z), bottom - 2);
      c.lineTo(Math.min(right, Math.max(left, xOf(x))), top);
    }
  });
  c.stroke();
  c.globalAlpha = 1;
  c.strokeStyle = theme.line;
  c.beginPath();
  c.moveTo(zOf(low), bottom - 1.5);
  c.lineTo(zOf(high), bottom - 1.5);
  c.stroke();
  c.fillStyle = theme.muted;
  c.textBaseline = 'top';
  c.textAlign = 'center';
  for (const z of [low, (low + high) / 2, high]) {
    c.fillText(figure(z), zOf(z), bottom + 4);
  }
  c.textAlign = 'left';
  c.fillText('z', zOf(high) + 22, bottom + 4);
}

/** Round numbers between two ends, about eight of them. */
function ticks(first: number, last: number): number[] {
  const rough = (last - first) / 8 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = power * ([1, 2, 5, 10].find((step) => step * power >= rough) ?? 10);
  const found: number[] = [];
  for (let tick = Math.ceil(first / width) * width; tick <= last + width * 1e-9; tick += width) {
    found.push(Math.abs(tick) < width * 1e-9 ? 0 : tick);
  }
  return found;
}
