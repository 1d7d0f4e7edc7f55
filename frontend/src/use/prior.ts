/**
 * Latent vectors: the same seed and number give the same vector here and in the service (dev.tenth.recipe.Prior), so that a picture
 * on this page is the one in a time-lapse.
 */

/** The distribution from which a model's vectors come. */
export type Prior = { kind: 'normal' } | { kind: 'uniform'; reach: number };

/** 2³² divided by the golden ratio: multiples of it are spread evenly. */
const STRIDE = 0x9e3779b9;
const RANGE = 2 ** 32;

/** Reads what a model's card says: `normal`, or `uniform` with its reach. */
export function priorOf(told: string | undefined): Prior {
  const [kind, reach] = (told ?? 'normal').split(' ');
  return kind === 'uniform' ? { kind, reach: Number(reach) } : { kind: 'normal' };
}

/** Vector `number` of a seed. */
export function draw(prior: Prior, seed: number, number: number, dimensions: number): Float32Array {
  const next = uniforms(seed, number);
  const z = new Float32Array(dimensions);
  if (prior.kind === 'uniform') {
    return z.map(() => prior.reach * (2 * next() - 1));
  }
  for (let i = 0; i < dimensions; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(next()));
    const angle = 2 * Math.PI * next();
    z[i] = radius * Math.cos(angle);
    if (i + 1 < dimensions) {
      z[i + 1] = radius * Math.sin(angle);
    }
  }
  return z;
}

/** Many vectors, one after the other. */
export function drawMany(prior: Prior, seed: number, count: number, dimensions: number): Float32Array {
  const all = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    all.set(draw(prior, seed, i, dimensions), i * dimensions);
  }
  return all;
}

/** Numbers strictly between 0 and 1, from a counter. */
function uniforms(seed: number, number: number): () => number {
  let counter = mix(Math.imul(seed | 0, STRIDE) + mix(number));
  return () => {
    counter = (counter + STRIDE) | 0;
    return ((mix(counter) >>> 0) + 0.5) / RANGE;
  };
}

/** The finalizer of MurmurHash3: each bit of the result depends on each of the argument. */
function mix(bits: number): number {
  let x = bits | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** a − b + c; on the shell on which N(0, 1) lies, so that it is as long as the others are. */
export function combined(prior: Prior, a: ArrayLike<number>, b: ArrayLike<number>, c: ArrayLike<number>): Float32Array {
  const sum = Float32Array.from(a, (value, i) => value - b[i]! + c[i]!);
  const scale = prior.kind === 'normal' ? (lengthOf(a) + lengthOf(b) + lengthOf(c)) / 3 / (lengthOf(sum) || 1) : 1;
  return sum.map((value) => scale * value);
}

function lengthOf(vector: ArrayLike<number>): number {
  return Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));
}

/** A seed that the service takes as well: of 32 bits. */
export function randomSeed(): number {
  return Math.floor(RANGE * Math.random());
}
