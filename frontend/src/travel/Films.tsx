import { words } from '../plot/numbers';
import type { Pictures } from '../stream/view';

/** The pictures that a run showed, each as a GIF of all its moments. */
export function Films({ run, pictures }: { run: string; pictures: Pictures }) {
  const ids = Object.values(pictures).flatMap((event) => (event.type === 'image' ? [event.data.id] : []));
  if (ids.length === 0) {
    return null;
  }
  return (
    <p class="films hint">
      As a GIF:{' '}
      {ids.map((id, i) => (
        <span key={id}>
          {i > 0 && ', '}
          <a href={`/api/v1/runs/${encodeURIComponent(run)}/timelapse.gif?picture=${encodeURIComponent(id)}`} download={`${run}-${id}.gif`}>
            {words(id)}
          </a>
        </span>
      ))}
    </p>
  );
}
