import { figure } from '../plot/numbers';
import type { HistogramData } from '../stream/events';

/** From this share of the samples on a class counts as covered. */
const COVERED = 0.01;

/** How often each digit was seen among samples: a column each, from 0 on. */
export function ClassCounts({ title, histogram }: { title: string; histogram: HistogramData }) {
  const counts = (Object.values(histogram.series)[0] ?? []).map((value) => value ?? 0);
  const all = counts.reduce((sum, value) => sum + value, 0) || 1;
  const highest = Math.max(...counts, 1);
  return (
    <figure class="class-counts">
      <figcaption>{title}</figcaption>
      <ol aria-label={title}>
        {counts.map((value, digit) => (
          <li key={digit} class={value / all >= COVERED ? '' : 'missing'} title={percent(value / all)}>
            <span class="unseen">{percent(value / all)} of digit </span>
            <i style={{ '--share': value / highest }} />
            <b>{digit}</b>
          </li>
        ))}
      </ol>
    </figure>
  );
}

function percent(share: number): string {
  return `${figure(Math.round(1000 * share) / 10)} %`;
}
