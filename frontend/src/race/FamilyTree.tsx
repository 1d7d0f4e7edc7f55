import { useState } from 'preact/hooks';
import { useTheme } from '../plot/theme';
import { laneColor, laneName } from './lanes';
import { FAMILY, FAMILY_SIZE, type Member } from './optimizerFamily';

const WIDE = 88;
const TALL = 34;

/** The family of the optimizers; those of the run in their colours. The rule of one is told when it is pointed at or focused. */
export function FamilyTree({ lanes }: { lanes: readonly string[] }) {
  const [chosen, setChosen] = useState(lanes[0] ?? 'sgd');
  const member = FAMILY.find(({ lane }) => lane === chosen)!;
  return (
    <figure class="family">
      <figcaption>How the optimizers are related</figcaption>
      <svg viewBox={`0 0 ${FAMILY_SIZE.width} ${FAMILY_SIZE.height}`} role="group" aria-label="Optimizers; choose one to read its rule">
        {FAMILY.flatMap((each) => each.parents.map((parent) => <Edge key={each.lane + parent} from={parent} to={each} />))}
        {FAMILY.map((each) => (
          <Node
            key={each.lane}
            member={each}
            runs={lanes.includes(each.lane)}
            chosen={each.lane === chosen}
            onChoose={() => setChosen(each.lane)}
          />
        ))}
      </svg>
      <div class="rule" aria-live="polite">
        <p>
          <b>{laneName(member.lane)}</b> <span class="hint">{member.source}</span>
        </p>
        {member.rule.map((line) => (
          <p key={line} class="formula">
            {line}
          </p>
        ))}
        <p class="hint">{member.idea}</p>
      </div>
    </figure>
  );
}

function Edge({ from, to }: { from: string; to: Member }) {
  const parent = FAMILY.find(({ lane }) => lane === from)!;
  const [top, bottom] = [parent.y + TALL / 2, to.y - TALL / 2];
  const middle = (top + bottom) / 2;
  return <path class="edge" d={`M${parent.x} ${top}C${parent.x} ${middle} ${to.x} ${middle} ${to.x} ${bottom}`} />;
}

interface NodeProps {
  member: Member;
  runs: boolean;
  chosen: boolean;
  onChoose: () => void;
}

function Node({ member: { lane, x, y }, runs, chosen, onChoose }: NodeProps) {
  const color = laneColor(useTheme(), lane);
  return (
    <g
      class={`member ${runs ? 'runs' : ''} ${chosen ? 'chosen' : ''}`}
      transform={`translate(${x - WIDE / 2} ${y - TALL / 2})`}
      role="button"
      tabIndex={0}
      aria-pressed={chosen}
      aria-label={`${laneName(lane)}${runs ? ', in this run' : ''}`}
      style={{ '--lane': color }}
      onMouseEnter={onChoose}
      onFocus={onChoose}
      onClick={onChoose}
    >
      <rect width={WIDE} height={TALL} rx="9" />
      <text x={WIDE / 2} y={TALL / 2}>
        {laneName(lane)}
      </text>
    </g>
  );
}
