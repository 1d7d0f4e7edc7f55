import { useState } from 'preact/hooks';
import { listDatasets, uploadDataset } from '../api/client';
import { endingsOf } from '../api/media';
import { NOT_FETCHED } from '../components/DatasetCard';
import { useLoaded } from '../components/useLoaded';

interface Props {
  id: string;
  name: string;
  /** What must be in it: text, numbers, table, images. */
  kind: string;
  value: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
  onValue: (id: string) => void;
}

/** Chooses a data set, or takes a file of the reader's own. */
export function DatasetPicker({ kind, value, onValue, ...control }: Props) {
  const datasets = useLoaded(listDatasets, []);
  const [upload, setUpload] = useState({ busy: false, failed: false, message: '' });
  const endings = endingsOf(kind);
  const fitting = datasets.value?.filter((dataset) => dataset.kind.toLowerCase() === kind.toLowerCase()) ?? [];

  const send = async (file: File | undefined) => {
    if (!file) {
      return;
    }
    setUpload({ busy: true, failed: false, message: `Uploading ${file.name} …` });
    try {
      const dataset = await uploadDataset(file);
      setUpload({ busy: false, failed: false, message: `${dataset.name}: ${dataset.summary}` });
      datasets.reload();
      onValue(dataset.id);
    } catch (failure) {
      setUpload({ busy: false, failed: true, message: failure instanceof Error ? failure.message : String(failure) });
    }
  };
  return (
    <div class="dataset">
      <select {...control} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {!fitting.some((dataset) => dataset.id === value) && <option value={value}>{value || 'none'}</option>}
        {fitting.map((dataset) => (
          <option key={dataset.id} value={dataset.id} disabled={dataset.available === false}>
            {dataset.name} – {dataset.available === false ? NOT_FETCHED : dataset.summary}
          </option>
        ))}
      </select>
      {endings && (
        <label class="file">
          or your own file
          <input type="file" accept={endings} disabled={upload.busy} onChange={(event) => void send(event.currentTarget.files?.[0])} />
        </label>
      )}
      <p class={upload.failed ? 'field-error verbatim' : 'hint'} role="status">
        {upload.message}
      </p>
    </div>
  );
}
