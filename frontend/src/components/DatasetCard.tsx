import { useState } from 'preact/hooks';
import { deleteDataset } from '../api/client';
import type { Dataset } from '../api/wire';
import { bytes } from '../plot/numbers';
import { Failure } from './Failure';

/** What is in a data set; of one that is not there, why. */
export function summary({ available, source, summary }: Dataset): string {
  return available !== false || source === 'uploaded' ? summary : 'not downloaded yet: run make data';
}

/** A data set: what is in it, where it comes from; an uploaded one can be deleted. */
export function DatasetCard({ dataset, onDeleted }: { dataset: Dataset; onDeleted: () => void }) {
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>();
  const isThere = dataset.available !== false;
  const remove = async () => {
    try {
      await deleteDataset(dataset.id);
      onDeleted();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <li class={`card ${isThere ? '' : 'missing'}`}>
      <h3>{dataset.name}</h3>
      <p>{summary(dataset)}</p>
      <p class="hint">
        {[isThere && bytes(dataset.bytes), dataset.source, dataset.licence].filter(Boolean).join(' · ')}
      </p>
      {isUpload(dataset) && (
        <div class="row">
          {asked ? (
            <>
              <button type="button" onClick={() => setAsked(false)}>
                Cancel
              </button>
              <button type="button" class="danger" onClick={() => void remove()}>
                Delete {dataset.name}
              </button>
            </>
          ) : (
            <button type="button" class="quiet-danger" aria-label={`Delete ${dataset.name} …`} onClick={() => setAsked(true)}>
              Delete …
            </button>
          )}
        </div>
      )}
      {error !== undefined && <Failure error={error} />}
    </li>
  );
}

/** An upload's id is the beginning of its content's SHA-256; a built-in data set has a name. */
function isUpload({ id, sha256 }: Dataset): boolean {
  return sha256 !== '' && sha256.startsWith(id);
}
