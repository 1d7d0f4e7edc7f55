import { ProblemError } from '../api/problem';

/** An error of a page, in plain words, with what to do. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof ProblemError && error.status === 401) {
    return <TokenNeeded />;
  }
  return (
    <div class="notice bad" role="alert">
      <p class="verbatim">{error instanceof Error ? error.message : String(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** How to get in where the service asks for its token. */
export function TokenNeeded() {
  return (
    <div class="notice" role="alert">
      <h2>This service requires a token</h2>
      <p>
        When it started, it printed an address that ends in <code>?token=…</code>. Open that address once; this browser
        remembers it from then on.
      </p>
      <form action="/" method="get" class="row">
        <label>
          Token <input name="token" type="password" autocomplete="off" required />
        </label>
        <button type="submit">Open</button>
      </form>
    </div>
  );
}
