import type { Run } from '../api/wire';
import { Link } from '../components/Link';
import { count } from '../plot/numbers';
import type { Ancestors } from './useAncestors';

/** From which run this one was forked, and from which that one. */
export function ForkedFrom({ run, ancestors: { known, isOrphan } }: { run: Run; ancestors: Ancestors }) {
  if (!run.parent) {
    return null;
  }
  return (
    <p class="forked-from" data-testid="forked-from">
      {known.length === 0
        ? `forked from ${run.parent.run} at step ${count(run.parent.step)}${isOrphan ? ', which was deleted' : ''}`
        : known.map((ancestor, i) => (
            <span key={ancestor.run.id}>
              {i === 0 ? 'forked from ' : ', which was forked from '}
              <Link href={`/runs/${encodeURIComponent(ancestor.run.id)}`}>{ancestor.run.name || ancestor.run.id}</Link> at step{' '}
              {count(ancestor.forkedAt)}
            </span>
          ))}
    </p>
  );
}
