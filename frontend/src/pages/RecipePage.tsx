import { findRecipe, listRuns } from '../api/client';
import { Failure } from '../components/Failure';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { Motif } from '../components/Motif';
import { useLoaded } from '../components/useLoaded';
import { useTitle } from '../components/useTitle';
import { RunForm } from '../form/RunForm';
import { RunTable } from '../run/RunTable';

const RECENT = 5;

/** One recipe: its story, its presets, and the form that starts a run. */
export function RecipePage({ id, preset }: { id: string; preset: string | undefined }) {
  const recipe = useLoaded((signal) => findRecipe(id, signal), [id]);
  const runs = useLoaded((signal) => listRuns({ recipe: id, limit: RECENT }, signal), [id]);
  useTitle(recipe.value?.title ?? id);

  if (!recipe.value) {
    return recipe.error === undefined ? (
      <Loading what="the recipe" />
    ) : (
      <>
        <h1 tabIndex={-1}>{id}</h1>
        <Failure error={recipe.error} retry={recipe.reload} />
      </>
    );
  }
  const { title, chapter, story } = recipe.value;
  return (
    <>
      <header class="intro with-motif">
        <div>
          <p class="eyebrow">{chapter}</p>
          <h1 tabIndex={-1}>{title}</h1>
          <p class="lead">{story}</p>
        </div>
        <Motif recipe={id} />
      </header>
      <RunForm recipe={recipe.value} presetName={preset} />
      {runs.value && runs.value.items.length > 0 && (
        <section aria-labelledby="recent">
          <h2 id="recent">Runs</h2>
          <RunTable runs={runs.value.items} />
          <p>
            <Link href={`/runs?recipe=${encodeURIComponent(id)}`}>All runs of this recipe</Link>
          </p>
        </section>
      )}
    </>
  );
}
