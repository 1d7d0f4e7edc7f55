import { useState } from 'preact/hooks';
import { listDatasets, uploadDataset } from '../api/client';
import { Failure } from '../components/Failure';
import { Loading } from '../components/Loading';
import { useLoaded } from '../components/useLoaded';
import { useTitle } from '../components/useTitle';
import { bytes } from '../plot/numbers';

/** The data sets of the house, and a way to add one. */
export function DatasetsPage() {
  useTitle('Data');
  const datasets = useLoaded(listDatasets, []);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const send = async (file: File | undefined) => {
    if (!file) {
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await uploadDataset(file);
      datasets.reload();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <h1 tabIndex={-1}>Data</h1>
      <p class="lead">What the networks learn from.</p>
      {datasets.error !== undefined && <Failure error={datasets.error} retry={datasets.reload} />}
      {!datasets.value && datasets.error === undefined && <Loading what="the data sets" />}
      {datasets.value?.length === 0 && <p class="notice">There is no data set yet. Upload a text below.</p>}
      <ul class="cards">
        {datasets.value?.map((dataset) => (
          <li key={dataset.id} class="card">
            <p class="eyebrow">{dataset.kind.toLowerCase()}</p>
            <h3>{dataset.name}</h3>
            <p>{dataset.summary}</p>
            <p class="hint">
              {bytes(dataset.bytes)}
              {dataset.source && ` · ${dataset.source}`}
              {dataset.licence && ` · ${dataset.licence}`}
            </p>
          </li>
        ))}
      </ul>
      <section class="panel" aria-labelledby="upload">
        <h2 id="upload">Bring your own</h2>
        <label class="file">
          A text file in UTF-8, or a column of numbers
          <input type="file" disabled={busy} onChange={(event) => void send(event.currentTarget.files?.[0])} />
        </label>
        <p role="status">{busy ? 'Uploading …' : ''}</p>
        {error !== undefined && <Failure error={error} />}
      </section>
    </>
  );
}
