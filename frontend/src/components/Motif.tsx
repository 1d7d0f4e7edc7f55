import type { ComponentChildren } from 'preact';

/** The drawings that are there. */
const DRAWN: Record<string, ComponentChildren> = {
  'gan-1d': (
    <>
      <path class="fill-data" d="M6 74c28 0 30-54 52-54s24 54 52 54z" />
      <path class="fill-model" d="M48 74c20 0 24-44 44-44s24 44 46 44z" />
      <path class="stroke-critic" d="M6 30c40-4 50 14 72 18s44 4 76 4" />
      <path class="stroke-faint" d="M6 76h148" />
    </>
  ),
  heart: (
    <>
      {[1.25, 1, 0.75, 0.5].map((size, i) => (
        <path
          class={i === 1 ? 'stroke-model' : 'stroke-faint'}
          transform={`translate(80 50) scale(${size})`}
          d="M0 26C-34 4-30-24-12-24-4-24 0-16 0-12 0-16 4-24 12-24 30-24 34 4 0 26z"
        />
      ))}
    </>
  ),
  'char-rnn': (
    <>
      {[
        [14, 62],
        [14, 108],
        [14, 88],
        [14, 40],
      ].map(([x, width], i) => (
        <path class={i === 3 ? 'stroke-data' : 'stroke-faint'} d={`M${x} ${22 + 17 * i}h${width}`} />
      ))}
      <path class="stroke-model" d="M62 65v16" />
      <path class="stroke-critic" d="M118 78c0-18 22-18 22-36m-6 6 6-8 6 8" />
    </>
  ),
};

/** A small network, for recipes without a drawing of their own. */
const NETWORK = (
  <>
    {[24, 48, 72].flatMap((y) => [33, 63].map((end) => <path class="stroke-faint" d={`M34 ${y}L80 ${end}L126 48`} />))}
    {[24, 48, 72].map((y) => (
      <circle class="dot-data" cx="34" cy={y} r="5" />
    ))}
    {[33, 63].map((y) => (
      <circle class="dot-model" cx="80" cy={y} r="5" />
    ))}
    <circle class="dot-critic" cx="126" cy="48" r="5" />
  </>
);

/** A little drawing that stands for a recipe. */
export function Motif({ recipe }: { recipe: string }) {
  return (
    <svg class="motif" viewBox="0 0 160 96" aria-hidden="true">
      {DRAWN[recipe] ?? NETWORK}
    </svg>
  );
}
