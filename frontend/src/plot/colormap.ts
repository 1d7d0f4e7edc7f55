/** Colours for numbers: few stops along a perceptually even path, with straight lines between them. */

export type Color = readonly [red: number, green: number, blue: number];

/** From 0 to 1: dark to bright, with even steps of lightness (after viridis by Smith and van der Walt, CC0). */
export const SEQUENTIAL: readonly Color[] = [
  [68, 1, 84],
  [71, 45, 123],
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
];

/** From 0 to 1 around a neutral middle, for a light page: blue below, orange above. Told apart by every kind of eye. */
export const DIVERGING_LIGHT: readonly Color[] = [
  [17, 52, 110],
  [42, 98, 168],
  [108, 159, 211],
  [184, 211, 235],
  [247, 245, 240],
  [248, 214, 177],
  [232, 157, 93],
  [196, 98, 31],
  [128, 52, 8],
];

/** The same for a dark page: the middle is dark, the ends are bright. */
export const DIVERGING_DARK: readonly Color[] = [
  [178, 210, 255],
  [112, 163, 236],
  [58, 107, 178],
  [34, 60, 101],
  [20, 23, 30],
  [92, 53, 22],
  [163, 92, 34],
  [225, 143, 66],
  [255, 205, 150],
];

/** A calm ground from low to high, on which coloured lines are easily told apart; for a light page. */
export const GROUND_LIGHT: readonly Color[] = [
  [255, 254, 250],
  [232, 236, 240],
  [205, 213, 223],
  [174, 185, 200],
];

/** The same for a dark page. */
export const GROUND_DARK: readonly Color[] = [
  [14, 17, 23],
  [27, 32, 43],
  [42, 50, 65],
  [62, 72, 92],
];

/** The colour at t from 0 to 1; beyond them the colour of the end. */
export function colorAt(map: readonly Color[], t: number): Color {
  const place = Math.min(1, Math.max(0, t)) * (map.length - 1);
  const lower = map[Math.floor(place)]!;
  const upper = map[Math.ceil(place)]!;
  const share = place - Math.floor(place);
  return [0, 1, 2].map((i) => Math.round(lower[i]! + share * (upper[i]! - lower[i]!))) as unknown as Color;
}

/** Whether dark letters are read more easily on a colour than white ones. */
export function isBright([red, green, blue]: Color): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 128;
}

/** Where a value lies on a colour map. */
export type Scale = (value: number) => number;

/** From the smallest to the largest value, evenly. */
export function sequential(smallest: number, largest: number): Scale {
  const width = largest - smallest || 1;
  return (value) => (value - smallest) / width;
}

/**
 * Around a middle: it lies at ½, and values far from it are drawn together by t = sign(d)·ln(1 + |d|/k) / ln(1 + reach/k), so
 * that what happens near the middle is seen beside values that are far away.
 *
 * @param reach how far from the middle the colours go
 * @param knee k, the distance up to which colours go evenly
 */
export function diverging(middle: number, reach: number, knee: number): Scale {
  const whole = Math.log1p(reach / knee) || 1;
  return (value) => {
    const distance = value - middle;
    return 0.5 + (Math.sign(distance) * Math.log1p(Math.abs(distance) / knee)) / whole / 2;
  };
}

/** The smallest and the largest of the finite values; [0, 0] if there are none. */
export function extent(values: ArrayLike<number>): [number, number] {
  let smallest = Infinity;
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
  }
  return smallest <= largest ? [smallest, largest] : [0, 0];
}
