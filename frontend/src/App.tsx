import { DeviceLine } from './components/DeviceLine';
import { Link } from './components/Link';
import { useTitle } from './components/useTitle';
import { DatasetsPage } from './pages/DatasetsPage';
import { HomePage } from './pages/HomePage';
import { RecipePage } from './pages/RecipePage';
import { RunPage } from './pages/RunPage';
import { RunsPage } from './pages/RunsPage';
import { usePlace, type Place } from './router';

const PLACES = [
  { href: '/', page: 'home', name: 'Recipes' },
  { href: '/runs', page: 'runs', name: 'Runs' },
  { href: '/datasets', page: 'datasets', name: 'Data' },
] as const;

/** The frame of every page. */
export function App() {
  const place = usePlace();
  const { page } = place.route;
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="site">
        <Link href="/" class="wordmark" aria-label="Tenth, to the recipes">
          Tenth
        </Link>
        <nav aria-label="Pages">
          {PLACES.map(({ href, page: named, name }) => (
            <Link key={href} href={href} aria-current={page === named ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
      </header>
      <main id="content">
        <Content place={place} />
      </main>
      <footer class="site">
        <p>
          Deep learning from 0 to 0.1, live. <a href="/q/openapi">OpenAPI</a> · <a href="/q/metrics">metrics</a>
          <DeviceLine />
        </p>
      </footer>
    </>
  );
}

function Content({ place: { route, query } }: { place: Place }) {
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'recipe':
      return <RecipePage key={route.id} id={route.id} preset={query.get('preset') ?? undefined} />;
    case 'runs':
      return <RunsPage recipe={query.get('recipe') ?? ''} state={query.get('state') ?? ''} />;
    case 'run':
      return <RunPage key={route.id} id={route.id} seq={Number(query.get('seq')) || undefined} />;
    case 'datasets':
      return <DatasetsPage />;
    case 'unknown':
      return <Unknown />;
  }
}

function Unknown() {
  useTitle('Not found');
  return (
    <>
      <h1 tabIndex={-1}>Page not found</h1>
      <p>
        <Link href="/">All recipes</Link>
      </p>
    </>
  );
}
