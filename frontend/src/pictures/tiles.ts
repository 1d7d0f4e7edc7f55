/** Small pictures side by side in one, taken apart again. */
import type { ImageData } from '../stream/events';

/** The service lays so many tiles in a row, this many pixels apart. */
const COLUMNS = 10;
const GAP = 1;
/** So much of a tile's rim is cut off, or a rounded pixel of the next one would be seen. */
const RIM = 0.5;

/** One tile as the background of a square: how large the whole picture is beside it, and where it begins. */
export interface Tile {
  caption: string;
  size: string;
  position: string;
}

/** The tiles of a picture whose caption has one word for each. */
export function tilesOf({ width, height, caption = '' }: ImageData): Tile[] {
  const captions = caption.split(/\s+/).filter(Boolean);
  const pitch = (width + GAP) / COLUMNS;
  const side = pitch - GAP - 2 * RIM;
  const size = `${percent(width, side)} ${percent(height, side)}`;
  return captions.map((each, place) => {
    const left = (place % COLUMNS) * pitch + RIM;
    const top = Math.floor(place / COLUMNS) * pitch + RIM;
    return { caption: each, size, position: `${percent(left, width - side)} ${percent(top, height - side)}` };
  });
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : (100 * part) / whole}%`;
}
