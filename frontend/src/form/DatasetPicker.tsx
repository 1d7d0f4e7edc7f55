import { useState } from 'preact/hooks';
import { listDatasets, uploadDataset } from '../api/client';
import { useLoaded } from '../components/useLoaded';

interface Props {
  id: string;
  name: string;
  /** What must be in it: text, numbers, … */
  kind: string;
  value: string;
  'aria-describedby': string;
  'aria-invalid': boolean;
  onValue: (id: string) => void;
}

/** Chooses a data set, or takes a file of the reader's own. */
export function DatasetPicker({ kind, value, onValue, ...control }: Props) {
  const datasets = useLoaded(listDatasets, []);
  const [upload, setUpload] = useState<{ busy: boolean; message: string }>({ busy: false, message: '' });
  const fitting = datasets.value?.filter((dataset) => dataset.kind.toLowerCase() === kind.toLowerCase()) ?? [];

  const send = async (file: File | undefined) => {
    if (!file) {
      return;
    }
    setUpload({ busy: true, message: `Uploading ${file.name} …` });
    try {
      const dataset = await uploadDataset(file);
      setUpload({ busy: false, message: `${dataset.name}: ${dataset.summary}` });
      datasets.reload();
      onValue(dataset.id);
    } catch (failure) {
      setUpload({ busy: false, message: failure instanceof Error ? failure.message : String(failure) });
    }
  };
  return (
    <div class="dataset">
      <select {...control} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {!fitting.some((dataset) => dataset.id === value) && <option value={value}>{value || 'none'}</option>}
        {fitting.map((dataset) => (
          <option key={dataset.id} value={dataset.id}>
            {dataset.name} – {dataset.summary}
          </option>
        ))}
      </select>
      <label class="file">
        or your own file
        <input
          type="file"
          accept={kind.toLowerCase() === 'text' ? '.txt,text/plain' : '.txt,.csv,text/plain,text/csv'}
          disabled={upload.busy}
          onChange={(event) => void send(event.currentTarget.files?.[0])}
        />
      </label>
      <p class="hint" role="status">
        {upload.message}
      </p>
    </div>
  );
}
