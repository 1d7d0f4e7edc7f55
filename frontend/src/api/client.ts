/** The REST interface of the service. Each call answers, or throws a {@link ProblemError}. */
import { withBinary } from './binary';
import { mediaTypeOf } from './media';
import { deviceOf, type DeviceUse } from './metrics';
import { ProblemError } from './problem';
import type {
  Checkpoint,
  CommandAccepted,
  CommandWish,
  Dataset,
  InferenceAnswer,
  MetricHistory,
  ModelCard,
  Page,
  Problem,
  Recipe,
  RecipeSummary,
  Run,
  RunWish,
  Tensor,
  TensorCard,
} from './wire';

const API = '/api/v1';
/** The Open Inference Protocol, version 2. */
const MODELS = '/v2/models';

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers: { accept: 'application/json', ...init.headers } });
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
    // The Open Inference Protocol says what is wrong as `error`.
    const problem = (await response.json().catch(() => ({}))) as Partial<Problem> & { error?: string };
    return { ...(problem.error ? { detail: problem.error } : {}), ...problem, status: response.status };
  }
  return { status: response.status, title: response.statusText };
}

async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await request(url, signal ? { signal } : {});
  return (await response.json()) as T;
}

/** The device that programs run on; none if the service does not tell. */
export async function device(signal?: AbortSignal): Promise<DeviceUse | undefined> {
  const response = await request('/q/metrics', { headers: { accept: 'text/plain' }, ...(signal ? { signal } : {}) });
  return deviceOf(await response.text());
}

interface Extras {
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

async function post<T>(url: string, body: unknown, { headers, signal }: Extras = {}): Promise<T> {
  const response = await request(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as T;
}

const id = encodeURIComponent;

export async function listRecipes(signal?: AbortSignal): Promise<RecipeSummary[]> {
  return (await get<Page<RecipeSummary>>(`${API}/recipes`, signal)).items;
}

export function findRecipe(recipe: string, signal?: AbortSignal): Promise<Recipe> {
  return get(`${API}/recipes/${id(recipe)}`, signal);
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
  return get(`${API}/runs?${query}`, signal);
}

export function findRun(run: string, signal?: AbortSignal): Promise<Run> {
  return get(`${API}/runs/${id(run)}`, signal);
}

/** Starts a run; the key makes a request that is sent twice start one run. */
export function startRun(wish: RunWish, key: string): Promise<Run> {
  return post(`${API}/runs`, wish, { headers: { 'idempotency-key': key } });
}

export function command(run: string, wish: CommandWish): Promise<CommandAccepted> {
  return post(`${API}/runs/${id(run)}/commands`, wish);
}

export async function deleteRun(run: string): Promise<void> {
  await request(`${API}/runs/${id(run)}`, { method: 'DELETE' });
}

export async function listCheckpoints(run: string, signal?: AbortSignal): Promise<Checkpoint[]> {
  return (await get<Page<Checkpoint>>(`${API}/runs/${id(run)}/checkpoints`, signal)).items;
}

export async function listDatasets(signal?: AbortSignal): Promise<Dataset[]> {
  return (await get<Page<Dataset>>(`${API}/datasets`, signal)).items;
}

export async function uploadDataset(file: File): Promise<Dataset> {
  const response = await request(`${API}/datasets?name=${id(file.name)}`, {
    method: 'POST',
    body: file,
    headers: { 'content-type': mediaTypeOf(file.name) },
  });
  return (await response.json()) as Dataset;
}

export async function deleteDataset(dataset: string): Promise<void> {
  await request(`${API}/datasets/${id(dataset)}`, { method: 'DELETE' });
}

/** What the model of a run takes and gives. */
export function describeModel(run: string, ability: string, signal?: AbortSignal): Promise<ModelCard> {
  return get(`${MODELS}/${id(run)}?ability=${id(ability)}`, signal);
}

/** Which model answers: a checkpoint of a run, and what of its abilities is meant. */
export interface ModelAddress {
  run: string;
  step: number;
  ability: string;
}

/** Asks a checkpoint of a run for one output. */
export async function infer(
  { run, step, ability }: ModelAddress,
  inputs: readonly Tensor[],
  output: TensorCard,
  signal?: AbortSignal,
): Promise<InferenceAnswer> {
  const binary = output.datatype === 'FP32';
  const response = await request(`${MODELS}/${id(run)}/versions/${step}/infer`, {
    method: 'POST',
    body: JSON.stringify({
      inputs,
      outputs: [{ name: output.name, parameters: { binary_data: binary } }],
      parameters: { ability },
    }),
    headers: { 'content-type': 'application/json' },
    ...(signal ? { signal } : {}),
  });
  const header = response.headers.get('inference-header-content-length');
  return header === null ? ((await response.json()) as InferenceAnswer) : withBinary(await response.arrayBuffer(), Number(header));
}

/** The text that a checkpoint of a run writes. */
export async function write(
  run: string,
  step: number,
  wish: { text_input: string; parameters: Record<string, unknown> },
  signal?: AbortSignal,
): Promise<string> {
  const answer = await post<{ text_output: string }>(`${MODELS}/${id(run)}/versions/${step}/generate`, wish, { signal });
  return answer.text_output;
}

export async function pin(run: string, step: number, pinned: boolean): Promise<void> {
  await request(`${API}/runs/${id(run)}/checkpoints/${step}/pin`, { method: pinned ? 'PUT' : 'DELETE' });
}

/** The metrics of a run over its steps, without its pictures. */
export async function metricsOf(run: string, signal?: AbortSignal): Promise<Record<string, MetricHistory>> {
  return (await get<{ metrics: Record<string, MetricHistory> }>(`${API}/runs/${id(run)}/metrics`, signal)).metrics;
}
