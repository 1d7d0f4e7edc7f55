export interface LegendEntry {
  color: string;
  label: string;
  filled?: boolean;
  dashed?: boolean;
}

/** What the colours of a drawing mean. */
export function Legend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ color, label, filled, dashed }) => (
        <li key={label}>
          <svg viewBox="0 0 22 12" aria-hidden="true">
            {filled ? (
              <rect x="1" y="1" width="20" height="10" fill={color} fill-opacity=".3" stroke={color} stroke-width="1.5" />
            ) : (
              <path d="M1 6h20" stroke={color} stroke-width="2.5" stroke-dasharray={dashed ? '5 3' : undefined} />
            )}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
