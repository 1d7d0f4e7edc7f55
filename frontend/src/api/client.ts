/** The REST interface of the service. Each call answers, or throws a {@link ProblemError}. */
import { ProblemError } from './problem';
import type {
  Checkpoint,
  CommandWish,
  Dataset,
  Page,
  Problem,
  Recipe,
  RecipeSummary,
  Run,
  RunWish,
} from './wire';

const API = '/api/v1';

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(API + path, { ...init, headers: { accept: 'application/json', ...init.headers } });
  } catch (failure) {
    if (init.signal?.aborted) {
      throw failure;
    }
    throw new ProblemError({ status: 0 });
  }
  if (!response.ok) {
    const after = Number(response.headers.get('retry-after'));
    throw new ProblemError(await problemOf(response), after > 0 ? after : null);
  }
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get('content-type')?.includes('json')) {
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
    return { ...problem, status: response.status };
  }
  return { status: response.status, title: response.statusText };
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

async function post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
  const response = await request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return (await response.json()) as T;
}

const id = encodeURIComponent;

export async function listRecipes(signal?: AbortSignal): Promise<RecipeSummary[]> {
  return (await get<Page<RecipeSummary>>('/recipes', signal)).items;
}

export function findRecipe(recipe: string, signal?: AbortSignal): Promise<Recipe> {
  return get(`/recipes/${id(recipe)}`, signal);
}

export interface RunFilter {
  recipe?: string | undefined;
  state?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
}

export function listRuns(filter: RunFilter, signal?: AbortSignal): Promise<Page<Run>> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined && value !== '') {
      query.set(name, String(value));
    }
  }
  return get(`/runs?${query}`, signal);
}

export function findRun(run: string, signal?: AbortSignal): Promise<Run> {
  return get(`/runs/${id(run)}`, signal);
}

/** Starts a run; the key makes a request that is sent twice start one run. */
export function startRun(wish: RunWish, key: string): Promise<Run> {
  return post('/runs', wish, { 'idempotency-key': key });
}

export function command(run: string, wish: CommandWish): Promise<{ id: string }> {
  return post(`/runs/${id(run)}/commands`, wish);
}

export async function deleteRun(run: string): Promise<void> {
  await request(`/runs/${id(run)}`, { method: 'DELETE' });
}

export async function listCheckpoints(run: string, signal?: AbortSignal): Promise<Checkpoint[]> {
  return (await get<Page<Checkpoint>>(`/runs/${id(run)}/checkpoints`, signal)).items;
}

export async function listDatasets(signal?: AbortSignal): Promise<Dataset[]> {
  return (await get<Page<Dataset>>('/datasets', signal)).items;
}

export async function uploadDataset(file: File): Promise<Dataset> {
  const response = await request(`/datasets?name=${id(file.name)}`, {
    method: 'POST',
    body: file,
    headers: { 'content-type': file.type || 'text/plain' },
  });
  return (await response.json()) as Dataset;
}
