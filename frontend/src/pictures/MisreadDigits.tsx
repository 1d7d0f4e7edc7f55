import { useMemo } from 'preact/hooks';
import type { ImageData } from '../stream/events';
import { tilesOf } from './tiles';

/** Pictures that were taken for something else, each with what it is and what it was read as. */
export function MisreadDigits({ image }: { image: ImageData }) {
  const tiles = useMemo(() => tilesOf(image), [image]);
  return (
    <figure class="misread">
      <figcaption>Misread: what it is → what it was read as</figcaption>
      {tiles.length === 0 && <p class="hint">None of the test pictures.</p>}
      <ul>
        {tiles.map(({ caption, size, position }, place) => (
          <li key={place}>
            <i class="tile" style={{ backgroundImage: `url(${image.ref})`, backgroundSize: size, backgroundPosition: position }} aria-hidden="true" />
            {caption}
          </li>
        ))}
      </ul>
    </figure>
  );
}
