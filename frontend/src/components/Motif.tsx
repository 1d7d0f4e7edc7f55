import type { ComponentChildren } from 'preact';

/** The drawings that are there. */
const DRAWN: Record<string, ComponentChildren> = {
  optimizers: (
    <>
      {[1, 0.72, 0.46, 0.2].map((size) => (
        <ellipse class="stroke-faint" cx="92" cy="52" rx={60 * size} ry={36 * size} transform="rotate(-16 92 52)" />
      ))}
      <path class="stroke-data" d="M14 22L40 70 52 34 68 62 78 46 86 54" />
      <path class="stroke-model" d="M14 22C34 56 64 84 104 62 112 56 104 44 92 52" />
      <circle class="dot-model" cx="92" cy="52" r="4.5" />
    </>
  ),
  logistic: (
    <>
      <path class="stroke-critic" d="M46 86L116 10" />
      {[[30, 30], [50, 18], [56, 44], [36, 56], [22, 70], [74, 24]].map(([x, y]) => (
        <circle class="dot-data" cx={x} cy={y} r="4.5" />
      ))}
      {[[88, 70], [108, 54], [128, 40], [118, 78], [138, 66], [98, 86]].map(([x, y]) => (
        <circle class="dot-model" cx={x} cy={y} r="4.5" />
      ))}
    </>
  ),
  'mlp-digits': (
    <>
      <path class="fill-data" d="M14 24h48v48H14z" />
      <path class="stroke-data" d="M28 34h20L36 62" />
      {[28, 48, 68].flatMap((y) => [36, 60].map((end) => <path class="stroke-faint" d={`M62 48L98 ${y}L138 ${end}`} />))}
      {[28, 48, 68].map((y) => (
        <circle class="dot-model" cx="98" cy={y} r="5" />
      ))}
      {[36, 60].map((y) => (
        <circle class="dot-critic" cx="138" cy={y} r="5" />
      ))}
    </>
  ),
  lenet: (
    <>
      <path class="fill-data" d="M8 26h44v44H8z" />
      <path class="stroke-data" d="M22 36h16L28 60" />
      {[0, 1, 2].map((i) => (
        <path class="fill-model" d={`M${66 + 7 * i} ${24 + 7 * i}h26v26H${66 + 7 * i}z`} />
      ))}
      {[0, 1, 2, 3].map((i) => (
        <path class="fill-critic" d={`M${118 + 6 * i} ${30 + 6 * i}h14v14h-14z`} />
      ))}
      <path class="stroke-faint" d="M40 40L66 30M40 48L66 44" />
    </>
  ),
  'gan-1d': (
    <>
      <path class="fill-data" d="M6 74c28 0 30-54 52-54s24 54 52 54z" />
      <path class="fill-model" d="M48 74c20 0 24-44 44-44s24 44 46 44z" />
      <path class="stroke-critic" d="M6 30c40-4 50 14 72 18s44 4 76 4" />
      <path class="stroke-faint" d="M6 76h148" />
    </>
  ),
  'gan-digits': (
    <>
      {[0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => <path class="fill-model" d={`M${46 + 24 * column} ${14 + 24 * row}h20v20h-20z`} />))}
      {[0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => <path class="stroke-data" d={`M${58 + 24 * column} ${18 + 24 * row}l-4 12`} />))}
    </>
  ),
  dcgan: (
    <>
      {[[14, 10, 4], [36, 20, 3], [68, 32, 2]].flatMap(([x, size, maps]) =>
        Array.from({ length: maps! }, (_, i) => <path class="fill-model" d={`M${x! + 4 * i} ${50 - size! / 2 - 4 * i}h${size}v${size}h-${size}z`} />),
      )}
      <path class="stroke-faint" d="M108 48h6" />
      <circle class="fill-data" cx="136" cy="48" r="18" />
      <path class="stroke-data" d="M129 44v2M143 44v2M128 54c4 6 12 6 16 0" />
    </>
  ),
  vae: (
    <>
      <path class="fill-data" d="M14 14L62 36v24L14 82z" />
      <path class="fill-model" d="M146 14L98 36v24l48 22z" />
      <path class="stroke-critic" d="M62 60c10 0 10-26 18-26s8 26 18 26" />
      <path class="stroke-faint" d="M62 62h36" />
    </>
  ),
  'vae-gan': (
    <>
      <path class="fill-data" d="M10 22L44 38v20L10 74z" />
      <path class="fill-model" d="M92 22L58 38v20l34 16z" />
      <path class="stroke-faint" d="M44 48h14M92 48h14" />
      <path class="stroke-critic" d="M106 48c14-20 30-20 44 0-14 20-30 20-44 0z" />
      <circle class="dot-critic" cx="128" cy="48" r="6" />
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
