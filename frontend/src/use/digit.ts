/** Ink as the digits of MNIST are: scaled to fit 20 × 20 pixels, its centre of mass in the middle of 28 × 28. */

export const DIGIT_SIDE = 28;
const FITTED = 20;
/** Points that are looked at in each pixel, along each side. */
const FINE = 4;
/** Less than this is paper. */
const FAINT = 0.05;

/**
 * @param ink a square of side × side, row by row from the top, 0 for paper to 1 for ink
 * @returns 28 × 28 in the same order; nothing but paper where there is no ink
 */
export function asDigit(ink: ArrayLike<number>, side: number): Float32Array {
  const digit = new Float32Array(DIGIT_SIDE * DIGIT_SIDE);
  const found = measure(ink, side);
  if (!found) {
    return digit;
  }
  const { size, middleX, middleY } = found;
  const step = size / FITTED;
  for (let y = 0; y < DIGIT_SIDE; y++) {
    for (let x = 0; x < DIGIT_SIDE; x++) {
      let sum = 0;
      for (let i = 0; i < FINE * FINE; i++) {
        const inX = x + ((i % FINE) + 0.5) / FINE - DIGIT_SIDE / 2;
        const inY = y + (Math.floor(i / FINE) + 0.5) / FINE - DIGIT_SIDE / 2;
        sum += at(ink, side, middleX + inX * step, middleY + inY * step);
      }
      digit[y * DIGIT_SIDE + x] = sum / (FINE * FINE);
    }
  }
  return digit;
}

/** The longer side of the ink's box, and its centre of mass, in pixels; undefined for paper. */
function measure(ink: ArrayLike<number>, side: number): { size: number; middleX: number; middleY: number } | undefined {
  let [left, right, top, bottom] = [side, -1, side, -1];
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = ink[y * side + x]!;
      if (value > FAINT) {
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
        mass += value;
        sumX += value * (x + 0.5);
        sumY += value * (y + 0.5);
      }
    }
  }
  return mass > 0 ? { size: Math.max(right - left, bottom - top) + 1, middleX: sumX / mass, middleY: sumY / mass } : undefined;
}

function at(ink: ArrayLike<number>, side: number, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  return column >= 0 && row >= 0 && column < side && row < side ? ink[row * side + column]! : 0;
}
