import { words } from '../plot/numbers';
import type { ImageData } from '../stream/events';

/** A picture of few pixels, each of them seen. */
export function PixelImage({ image, title }: { image: ImageData; title?: string }) {
  const heading = title ?? words(image.id);
  return (
    <figure class="pixel-image">
      <figcaption>{heading}</figcaption>
      <img class="pixels" src={image.ref} width={image.width} height={image.height} alt={image.caption || heading} />
      {image.caption && <p class="hint">{image.caption}</p>}
    </figure>
  );
}
