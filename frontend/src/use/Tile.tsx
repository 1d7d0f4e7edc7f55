import { useEffect, useRef } from 'preact/hooks';
import { pixelsOf, type Images } from './images';

interface Props {
  images: Images;
  index: number;
  label: string;
}

/** One of several pictures. */
export function Tile({ images, index, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = images;
  useEffect(() => {
    canvas.current!.getContext('2d')!.putImageData(new ImageData(pixelsOf(images, index), width, height), 0, 0);
  }, [images, index]);
  return <canvas class="pixels" ref={canvas} width={width} height={height} role="img" aria-label={label} />;
}
