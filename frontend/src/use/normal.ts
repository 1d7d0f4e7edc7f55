/** The standard normal distribution. */

const TERMS = 60;
const HALVINGS = 50;
/** Beyond there the series needs more terms, and nobody looks. */
const FARTHEST = 5;

/** The probability of less than z: ½ + φ(z) · (z + z³/3 + z⁵/(3·5) + …). */
export function shareBelow(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; n < TERMS; n++) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** The number below which the share p lies. */
export function quantile(p: number): number {
  let [low, high] = [-FARTHEST, FARTHEST];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (shareBelow(middle) < p) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (low + high) / 2;
}
