import { useEffect, useRef } from 'preact/hooks';

interface Props {
  /** From 0 for black to 1 for white, row by row from the top; of colours three for each pixel. Undefined is black. */
  pixels: ArrayLike<number> | undefined;
  side: number;
  label: string;
}

/** A square picture of few pixels, as a model takes or makes it. */
export function SquarePixels({ pixels, side, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const channels = pixels && pixels.length === 3 * side * side ? 3 : 1;
    const image = new ImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      const shade = (channel: number) => Math.round(255 * (pixels?.[channels * i + (channel % channels)] ?? 0));
      image.data.set([shade(0), shade(1), shade(2), 255], 4 * i);
    }
    canvas.current!.getContext('2d')!.putImageData(image, 0, 0);
  }, [pixels, side]);
  return <canvas class="pixels" ref={canvas} width={side} height={side} role="img" aria-label={label} />;
}
