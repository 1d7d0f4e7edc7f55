import { useEffect, useState } from 'preact/hooks';
import { listRecipes, listRuns } from '../api/client';
import type { Run } from '../api/wire';
import { Failure } from '../components/Failure';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { stateName } from '../components/StateBadge';
import { useLoaded } from '../components/useLoaded';
import { useTitle } from '../components/useTitle';
import { setQuery } from '../router';
import { RunTable } from '../run/RunTable';
import { RUN_STATES } from '../stream/events';

const PAGE_SIZE = 25;

interface Props {
  recipe: string;
  state: string;
}

/** All runs, newest first, filtered by the URL. */
export function RunsPage({ recipe, state }: Props) {
  useTitle('Runs');
  const recipes = useLoaded(listRecipes, []);
  const first = useLoaded((signal) => listRuns({ recipe, state, limit: PAGE_SIZE }, signal), [recipe, state]);
  const [more, setMore] = useState<{ items: Run[]; next: string | null }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => setMore(undefined), [recipe, state, first.value]);

  const runs = [...(first.value?.items ?? []), ...(more?.items ?? [])];
  const next = more ? more.next : (first.value?.next ?? null);
  const turnPage = async () => {
    try {
      const page = await listRuns({ recipe, state, limit: PAGE_SIZE, cursor: next ?? undefined });
      setMore({ items: [...(more?.items ?? []), ...page.items], next: page.next });
      setError(undefined);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <h1 tabIndex={-1}>Runs</h1>
      <div class="row filters" role="group" aria-label="Which runs">
        <label>
          Recipe{' '}
          <select value={recipe} onChange={(event) => setQuery({ recipe: event.currentTarget.value })}>
            <option value="">all</option>
            {recipes.value?.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          State{' '}
          <select value={state} onChange={(event) => setQuery({ state: event.currentTarget.value })}>
            <option value="">all</option>
            {RUN_STATES.map((each) => (
              <option key={each} value={each}>
                {stateName(each)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={first.reload}>
          Refresh
        </button>
      </div>
      {first.error !== undefined && <Failure error={first.error} retry={first.reload} />}
      {!first.value && first.error === undefined && <Loading what="the runs" />}
      {first.value && runs.length === 0 && (
        <p class="notice">
          No runs{recipe || state ? ' match the filter' : ' yet'}. <Link href="/">Choose a recipe</Link> and start one.
        </p>
      )}
      {runs.length > 0 && <RunTable runs={runs} />}
      {error !== undefined && <Failure error={error} />}
      {next !== null && (
        <button type="button" onClick={() => void turnPage()}>
          Show older runs
        </button>
      )}
    </>
  );
}
