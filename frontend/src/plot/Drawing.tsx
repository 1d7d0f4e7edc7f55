import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** Draws on a canvas of this size in CSS pixels. */
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void;
  /** Height for a width. */
  heightFor: (width: number) => number;
  /** What is to be seen, in words: what a screen reader tells. */
  label: string;
  className?: string;
  onClick?: (event: MouseEvent) => void;
}

/** A canvas as wide as its place, as sharp as the screen, drawn again when its size or its picture changes. */
export function Drawing({ draw, heightFor, label, className, onClick }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);

  useEffect(() => {
    const place = canvas.current!.parentElement!;
    const observer = new ResizeObserver(() => setWidth(Math.floor(place.clientWidth)));
    observer.observe(place);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    if (width <= 0) {
      return;
    }
    const height = heightFor(width);
    const density = window.devicePixelRatio || 1;
    canvas.current!.width = Math.round(width * density);
    canvas.current!.height = Math.round(height * density);
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context, width, height);
  }, [draw, heightFor, width]);

  return (
    <div class={`drawing ${className ?? ''}`} onClick={onClick} style={{ height: width > 0 ? `${heightFor(width)}px` : undefined }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  );
}
