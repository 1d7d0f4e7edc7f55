import type { FieldError, Problem } from './wire';

/** The service refused a request, or could not be reached (status 0). */
export class ProblemError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(inPlainWords(problem, retryAfterSeconds));
    this.name = 'ProblemError';
  }

  get status(): number {
    return this.problem.status;
  }
}

/** What happened and what to do, for people. */
export function inPlainWords(problem: Problem, retryAfterSeconds: number | null = null): string {
  const detail = problem.detail ?? problem.title ?? '';
  const again = retryAfterSeconds === null ? 'Try again in a moment.' : `Try again in ${retryAfterSeconds} s.`;
  switch (problem.status) {
    case 0:
      return 'The service cannot be reached. Is it running?';
    case 401:
      return 'The service requires a token.';
    case 413:
      return `That is larger than the service accepts. ${detail}`.trim();
    case 422:
      return detail || 'Some fields need another value.';
    case 429:
    case 503:
      return `The service is busy. ${detail} ${again}`.replace(/\s+/g, ' ');
    default:
      return detail || `The service answered with status ${problem.status}.`;
  }
}

/** The message at each field: `rate: "fast" is not allowed; give a number from 0 to 1` without the field's name. */
export function messagesByField(errors: readonly FieldError[] | undefined): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const error of errors ?? []) {
    // A request names its parameters inside `params`; the form shows them by their own names.
    const field = error.field.replace(/^params\./, '');
    const given = error.value === undefined || error.value === null || error.value === '' ? '' : `${shown(error.value)} is not allowed. `;
    messages[field] = `${given}Give ${error.allowed}.`;
  }
  return messages;
}

/** The place in a text that a message speaks of, “at character 7”, counted from 0; undefined if it tells none. */
export function placeIn(message: string | undefined): number | undefined {
  const character = /\bat character (\d+)/.exec(message ?? '')?.[1];
  return character === undefined ? undefined : Math.max(0, Number(character) - 1);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}
