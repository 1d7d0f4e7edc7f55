import type { Run } from '../api/wire';
import { Link } from '../components/Link';
import { Progress } from '../components/Progress';
import { StateBadge } from '../components/StateBadge';
import { naturalPictureOf } from '../pictures/registry';
import { picturesAt } from '../stream/view';
import { useLiveRun } from './useLiveRun';

/** So many of a run's last events are looked at: enough for its newest picture. */
const EVENTS_BACK = 60;

/** A run in small, moving. */
export function RunPreview({ run, title }: { run: Run; title: string }) {
  const { model } = useLiveRun(run.id, Math.max(0, run.lastSeq - EVENTS_BACK));
  const natural = naturalPictureOf(run.recipe);
  const last = model.moments.length - 1;
  const step = Math.max(model.step, run.step);
  return (
    <article class="panel preview">
      <header>
        <h3>
          <Link href={`/runs/${encodeURIComponent(run.id)}`}>{run.name || title}</Link>
        </h3>
        <StateBadge state={model.state ?? run.state} />
      </header>
      {natural && (
        <natural.Picture model={model} pictures={picturesAt(model, last)} moment={last} step={step} compact />
      )}
      <Progress step={step} steps={run.steps} label={`Progress of ${run.name || title}`} />
    </article>
  );
}
