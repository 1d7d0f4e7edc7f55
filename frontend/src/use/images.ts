/** Pictures that a model gave, as numbers from 0 to 1. */
import type { InferenceAnswer } from '../api/wire';

export interface Images {
  count: number;
  height: number;
  width: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: number;
  data: ArrayLike<number>;
}

/** The output `image` of an answer: [n, height, width] or [n, height, width, 3]. */
export function imagesOf(answer: InferenceAnswer | undefined): Images | undefined {
  const output = answer?.outputs.find(({ name }) => name === 'image');
  if (!output || output.shape.length < 3) {
    return undefined;
  }
  const [count, height, width, channels = 1] = output.shape as [number, number, number, number?];
  return { count, height, width, channels, data: output.data };
}

/** One of them as the pixels of a canvas. */
export function pixelsOf({ height, width, channels, data }: Images, index: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * height * width);
  const first = index * height * width * channels;
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) {
      pixels[4 * i + c] = 255 * data[first + i * channels + (channels === 1 ? 0 : c)]!;
    }
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** Bytes of a picture, one for each channel, as the pixels of a canvas. */
export function pixelsOfBytes(bytes: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const size = bytes.length / channels;
  const pixels = new Uint8ClampedArray(4 * size);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) {
      pixels[4 * i + c] = bytes[i * channels + (channels === 1 ? 0 : c)]!;
    }
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}
