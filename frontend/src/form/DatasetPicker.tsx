import { useState } from 'preact/hooks';
import { listDatasets, uploadDataset } from '../api/client';
import { endingsOf, kindsOf } from '../api/media';
import { summary } from '../components/DatasetCard';
import { useLoaded } from '../components/useLoaded';

interface Props {
  id: string;
  name: string;
  /** What must be in it: text, numbers, table, images, or one of several, `table or images`. */
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
  const kinds = kindsOf(kind);
  const endings = endingsOf(kinds);
  const fitting = datasets.value?.filter((dataset) => kinds.includes(dataset.kind)) ?? [];

  const send = async (file: File | undefined) => {
    if (!file) {
      return;
    }
    setUpload({ busy: true, failed: false, message: `Uploading ${file.name} …` });
    try {
      const dataset = await uploadDataset(file);
      datasets.reload();
      if (kinds.includes(dataset.kind)) {
        setUpload({ busy: false, failed: false, message: `${dataset.name}: ${dataset.summary}` });
        onValue(dataset.id);
      } else {
        setUpload({ busy: false, failed: true, message: `${dataset.name} was read as ${dataset.kind}; this field needs ${kind}` });
      }
    } catch (failure) {
      setUpload({ busy: false, failed: true, message: failure instanceof Error ? failure.message : String(failure) });
    }
  };
  return (
    <div class="dataset">
      <select {...control} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {!fitting.some((dataset) => dataset.id === value) && <option value={value}>{value || 'none'}</option>}
        {fitting.map((dataset) => (
          <option key={dataset.id} value={dataset.id}>
            {dataset.name} – {summary(dataset)}
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
