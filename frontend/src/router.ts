/** The URL is the state of the page: which one it is, what it filters, where it looks back to. */
import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { page: 'home' }
  | { page: 'recipe'; id: string }
  | { page: 'runs' }
  | { page: 'run'; id: string }
  | { page: 'datasets' }
  | { page: 'unknown' };

export interface Place {
  route: Route;
  query: URLSearchParams;
}

/** The page that a path means. */
export function routeOf(path: string): Route {
  const parts = path.split('/').filter(Boolean).map(decoded);
  const [first, second] = parts;
  if (parts.length === 0) {
    return { page: 'home' };
  }
  if (parts.length === 1 && (first === 'runs' || first === 'datasets')) {
    return { page: first };
  }
  if (parts.length === 2 && second !== undefined) {
    if (first === 'recipes') {
      return { page: 'recipe', id: second };
    }
    if (first === 'runs') {
      return { page: 'run', id: second };
    }
  }
  return { page: 'unknown' };
}

/** A part of a path as text; one that is no valid encoding stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const listeners = new Set<() => void>();

function changed(): void {
  listeners.forEach((listener) => listener());
}

/** Goes to another page. */
export function navigate(url: string): void {
  history.pushState(null, '', url);
  changed();
  window.scrollTo(0, 0);
  // A screen reader begins at the new page's heading, as it would on a full load.
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true }));
}

/** Changes the query of this page without an entry in the history; an empty or undefined value removes its name. */
export function setQuery(values: Record<string, string | number | undefined>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') {
      query.delete(name);
    } else {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  history.replaceState(null, '', location.pathname + (text ? `?${text}` : ''));
  changed();
}

function here(): Place {
  return { route: routeOf(location.pathname), query: new URLSearchParams(location.search) };
}

/** Where the browser is, kept up to date. */
export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = () => setPlace(here());
    listeners.add(update);
    window.addEventListener('popstate', update);
    return () => {
      listeners.delete(update);
      window.removeEventListener('popstate', update);
    };
  }, []);
  return place;
}
