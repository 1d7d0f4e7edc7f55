import { TokenNeeded } from '../components/Failure';
import type { StreamStatus } from '../stream/runStream';

/** Says when the page is not up to date, and why. */
export function ConnectionNotice({ status, retryNow }: { status: StreamStatus; retryNow: () => void }) {
  switch (status.kind) {
    case 'connecting':
    case 'live':
    case 'ended':
      return null;
    case 'waiting':
      return (
        <div class="notice" role="status">
          <p>{status.why}. What you see may be out of date; the page reconnects by itself.</p>
          <button type="button" onClick={retryNow}>
            Now
          </button>
        </div>
      );
    case 'refused':
      return status.why === 'unauthorized' ? (
        <TokenNeeded />
      ) : (
        <p class="notice" role="status">
          This run was deleted. The page shows what it had already received.
        </p>
      );
  }
}
