import { useRef, useState } from 'preact/hooks';
import { deleteRun } from '../api/client';
import { Failure } from '../components/Failure';
import { navigate } from '../router';

/** Removes a run, after asking. */
export function DeleteRun({ run, name }: { run: string; name: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<unknown>();
  const remove = async () => {
    try {
      await deleteRun(run);
      navigate('/runs');
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <button type="button" class="quiet-danger" onClick={() => dialog.current!.showModal()}>
        Delete …
      </button>
      <dialog ref={dialog} aria-labelledby="delete-title">
        <h2 id="delete-title">Delete “{name}”?</h2>
        <p>Its events, pictures and checkpoints are deleted too. A run that is still training is stopped first.</p>
        {error !== undefined && <Failure error={error} />}
        <div class="row">
          <button type="button" onClick={() => dialog.current!.close()}>
            Cancel
          </button>
          <button type="button" class="danger" onClick={() => void remove()}>
            Delete
          </button>
        </div>
      </dialog>
    </>
  );
}
