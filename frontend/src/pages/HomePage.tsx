import { useEffect } from 'preact/hooks';
import { listRecipes, listRuns } from '../api/client';
import type { RecipeSummary, Run } from '../api/wire';
import { Failure } from '../components/Failure';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { Motif } from '../components/Motif';
import { useLoaded } from '../components/useLoaded';
import { useTitle } from '../components/useTitle';
import { RunPreview } from '../run/RunPreview';
import { isTerminal } from '../stream/events';

/** Runs that are shown moving; the others are on their own page. */
const MOVING = 3;
const LOOK_AGAIN_MS = 5_000;

/** What can be learned here, and what is being learned now. */
export function HomePage() {
  useTitle('');
  const recipes = useLoaded(listRecipes, []);
  const runs = useLoaded((signal) => listRuns({ limit: 20 }, signal), []);
  useEffect(() => {
    const timer = setInterval(runs.reload, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [runs.reload]);

  return (
    <>
      <header class="intro">
        <h1 tabIndex={-1}>Watch a network learn</h1>
        <p class="lead">
          The classic small networks, trained in front of your eyes. Start one, look inside, change its settings while it runs, and
          use what it has learned.
        </p>
      </header>
      <Now runs={runs.value?.items} recipes={recipes.value} />
      {recipes.error !== undefined && <Failure error={recipes.error} retry={recipes.reload} />}
      {recipes.value ? <Chapters recipes={recipes.value} /> : recipes.error === undefined && <Loading what="the recipes" />}
    </>
  );
}

/** The runs that are under way; the newest one that is over where none is. */
function Now({ runs, recipes }: { runs: Run[] | undefined; recipes: RecipeSummary[] | undefined }) {
  if (!runs || runs.length === 0) {
    return null;
  }
  const active = runs.filter((run) => !isTerminal(run.state));
  const shown = active.length > 0 ? active.slice(0, MOVING) : runs.slice(0, 1);
  return (
    <section aria-labelledby="now">
      <h2 id="now">{active.length > 0 ? 'Training now' : 'Last trained'}</h2>
      <div class="previews">
        {shown.map((run) => (
          <RunPreview key={run.id} run={run} title={recipes?.find((recipe) => recipe.id === run.recipe)?.title ?? run.recipe} />
        ))}
      </div>
    </section>
  );
}

function Chapters({ recipes }: { recipes: RecipeSummary[] }) {
  // In the order in which the service tells them: the chapters' own.
  const chapters = [...new Set(recipes.map((recipe) => recipe.chapter))];
  if (chapters.length === 0) {
    return <p class="notice">This service has no recipes.</p>;
  }
  return (
    <>
      {chapters.map((chapter) => (
        <section key={chapter} class="chapter">
          <h2>{chapter}</h2>
          <ul class="cards">
            {recipes
              .filter((recipe) => recipe.chapter === chapter)
              .map((recipe) => (
                <li key={recipe.id} class="card recipe">
                  <Motif recipe={recipe.id} />
                  <div>
                    <h3>
                      <Link href={`/recipes/${encodeURIComponent(recipe.id)}`}>{recipe.title}</Link>
                    </h3>
                    <p>{recipe.story}</p>
                  </div>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}
