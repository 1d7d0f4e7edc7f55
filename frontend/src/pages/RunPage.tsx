import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { findRecipe, findRun } from '../api/client';
import type { Recipe, Run } from '../api/wire';
import { Failure } from '../components/Failure';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { Progress } from '../components/Progress';
import { StateBadge, stateName } from '../components/StateBadge';
import { useLoaded } from '../components/useLoaded';
import { useTitle } from '../components/useTitle';
import { GenericPicture } from '../pictures/GenericPicture';
import { draws, type Point } from '../pictures/natural';
import { naturalPictureOf } from '../pictures/registry';
import { setQuery } from '../router';
import { ConnectionNotice } from '../run/ConnectionNotice';
import { Controls } from '../run/Controls';
import { DeleteRun } from '../run/DeleteRun';
import { GenerateBox } from '../run/GenerateBox';
import { Knobs } from '../run/Knobs';
import { MetricCharts } from '../run/MetricCharts';
import { NonFiniteNotice } from '../run/NonFiniteNotice';
import { Record } from '../run/Record';
import { RunFacts } from '../run/RunFacts';
import { Timeline } from '../run/Timeline';
import { useLiveRun, type Live } from '../run/useLiveRun';
import { isTerminal } from '../stream/events';
import { canBeUsed, Playground } from '../use/Playground';
import { momentAt, picturesAt } from '../stream/view';
import { Films } from '../travel/Films';
import { ForkedFrom } from '../travel/ForkedFrom';
import { TextTravel } from '../travel/TextTravel';
import { useAncestors } from '../travel/useAncestors';
import { useCheckpoints } from '../travel/useCheckpoints';

/** One run: its picture, its controls, its past. */
export function RunPage({ id, seq }: { id: string; seq: number | undefined }) {
  const live = useLiveRun(id);
  // What the log does not tell, such as the number of steps, is read again whenever something happened to the run.
  const happened = live.model.notes.length;
  const run = useLoaded((signal) => findRun(id, signal), [id]);
  const recipeId = run.value?.recipe;
  const recipe = useLoaded((signal) => (recipeId ? findRecipe(recipeId, signal) : Promise.resolve(undefined)), [recipeId]);
  useEffect(() => {
    if (happened > 0) {
      run.reload();
    }
  }, [happened, run.reload]);
  useTitle(run.value ? run.value.name || recipe.value?.title || run.value.id : 'Run');

  if (!run.value) {
    return run.error === undefined ? (
      <Loading what="the run" />
    ) : (
      <>
        <h1 tabIndex={-1}>Run</h1>
        <Failure error={run.error} retry={run.reload} />
        <p>
          <Link href="/runs">All runs</Link>
        </p>
      </>
    );
  }
  return <RunView run={run.value} recipe={recipe.value} live={live} seq={seq} />;
}

interface ViewProps {
  run: Run;
  recipe: Recipe | undefined;
  live: Live;
  /** The event that is looked back to. */
  seq: number | undefined;
}

function RunView({ run, recipe, live, seq }: ViewProps) {
  const { model, status, retryNow } = live;
  const state = model.state ?? run.state;
  const natural = naturalPictureOf(run.recipe);
  const last = model.moments.length - 1;
  const back = seq === undefined ? undefined : Math.max(0, momentAt(model, seq));
  const moment = back ?? last;
  const step = back === undefined ? model.step : (model.moments[back]?.step ?? model.step);
  const pictures = useMemo(() => picturesAt(model, moment), [model, moment]);
  const others = Object.entries(pictures).filter(([key]) => !draws(natural, key));
  const look = useCallback(
    (index: number | undefined) => setQuery({ seq: index === undefined ? undefined : model.moments[index]?.lastSeq }),
    [model],
  );
  const abilities = recipe?.abilities ?? [];
  const kept = useCheckpoints(run.id, model.notes);
  const ancestors = useAncestors(run);
  const [point, setPoint] = useState<Point>([2, 2]);
  const probe = abilities.includes('predict') ? { point, choose: (x: number, y: number) => setPoint([rounded(x), rounded(y)]) } : undefined;

  return (
    <article class="run-page" data-seq={model.lastSeq}>
      <header class="run-header">
        <div>
          <p class="eyebrow">
            <Link href={`/recipes/${encodeURIComponent(run.recipe)}`}>{recipe?.title ?? run.recipe}</Link> · {run.preset}
          </p>
          <h1 tabIndex={-1}>
            {run.name || recipe?.title || run.recipe} <StateBadge state={state} />
          </h1>
          <ForkedFrom run={run} ancestors={ancestors} />
          <p class="reason" role="status">
            <span class="unseen">{stateName(state)}. </span>
            {model.reason ?? run.reason ?? ''}
          </p>
        </div>
        <div class="run-controls">
          <Controls run={run.id} state={state} />
          <Progress step={model.step} steps={run.steps} label="Progress of the run" />
        </div>
      </header>
      <ConnectionNotice status={status} retryNow={retryNow} />
      {model.nonFinite && <NonFiniteNotice event={model.nonFinite} ended={isTerminal(state)} />}
      <div class="run-body">
        <div class="run-main">
          <section class="panel picture" aria-label="Picture">
            {natural && <natural.Picture model={model} pictures={pictures} moment={moment} step={step} compact={false} probe={probe} />}
            {others.length > 0 && (
              <div class={natural ? 'others' : 'others alone'}>
                {others.map(([key, event]) => (
                  <GenericPicture key={key} event={event} />
                ))}
              </div>
            )}
            <Timeline model={model} at={back} onLook={look} />
            <Films run={run.id} pictures={pictures} />
          </section>
          {abilities.includes('generate-text') && (
            <>
              <GenerateBox run={run.id} checkpoints={kept.checkpoints.map(({ step: at }) => at)} />
              <TextTravel run={run} kept={kept} />
            </>
          )}
          {canBeUsed(abilities) && (
            <Playground
              run={run}
              isTraining={state === 'RUNNING'}
              abilities={abilities}
              kept={kept}
              pictures={pictures}
              probe={probe}
            />
          )}
          <MetricCharts
            model={model}
            charts={natural?.charts ?? []}
            silent={natural?.silent ?? []}
            mark={back === undefined ? undefined : step}
            ancestors={ancestors.known}
          />
        </div>
        <aside class="run-side" aria-label="Knobs, record and set-up">
          {recipe && !isTerminal(state) && <Knobs run={run.id} schema={recipe.schema} params={run.params} notes={model.notes} />}
          <RunFacts run={run} />
          <Record run={run} schema={recipe?.schema} notes={model.notes} checkpoints={kept.checkpoints} />
          {model.skipped > 0 && (
            <p class="hint">{model.skipped} pictures were left out because this page was slow; the log has them all.</p>
          )}
          <DeleteRun run={run.id} name={run.name || run.id} />
        </aside>
      </div>
    </article>
  );
}

/** As exact as a click is. */
function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}
