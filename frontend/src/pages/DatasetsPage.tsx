import { useState } from 'preact/hooks';
import { listDatasets, uploadDataset } from '../api/client';
import type { Dataset } from '../api/wire';
import { DatasetCard } from '../components/DatasetCard';
import { Failure } from '../components/Failure';
import { Loading } from '../components/Loading';
import { useLoaded } from '../components/useLoaded';
import { useTitle } from '../components/useTitle';

/** The kinds of data, named. */
const KINDS: Readonly<Record<string, string>> = {
  text: 'Text',
  numbers: 'Columns of numbers',
  table: 'Tables with classes',
  images: 'Pictures with classes',
};

/** The data sets of the house, and a way to add one. */
export function DatasetsPage() {
  useTitle('Data');
  const datasets = useLoaded(listDatasets, []);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState<Dataset>();
  const kinds = [...new Set(datasets.value?.map(({ kind }) => kind))];
  const send = async (chooser: HTMLInputElement) => {
    const file = chooser.files?.[0];
    if (!file) {
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      setAdded(undefined);
      setAdded(await uploadDataset(file));
      datasets.reload();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
      // So that the same file, mended, can be chosen again.
      chooser.value = '';
    }
  };
  return (
    <>
      <h1 tabIndex={-1}>Data</h1>
      <p class="lead">What the networks learn from.</p>
      {datasets.error !== undefined && <Failure error={datasets.error} retry={datasets.reload} />}
      {!datasets.value && datasets.error === undefined && <Loading what="the data sets" />}
      {datasets.value?.length === 0 && <p class="notice">There are no data sets yet. Upload one below.</p>}
      {kinds.map((kind) => (
        <section key={kind} class="chapter" aria-labelledby={`kind-${kind}`}>
          <h2 id={`kind-${kind}`}>{KINDS[kind] ?? kind}</h2>
          <ul class="cards">
            {datasets.value
              ?.filter((dataset) => dataset.kind === kind)
              .map((dataset) => (
                <DatasetCard key={dataset.id} dataset={dataset} onDeleted={datasets.reload} />
              ))}
          </ul>
        </section>
      ))}
      <section class="panel" aria-labelledby="upload">
        <h2 id="upload">Upload your own</h2>
        <label class="file">
          A text, a column of numbers, or a table with a class in each row: .txt, .csv, .libsvm, in UTF-8; or pictures, PNG and JPEG, packed as a .zip, whose
          folders are classes
          <input type="file" disabled={busy} onChange={(event) => void send(event.currentTarget)} />
        </label>
        <p role="status">{busy ? 'Uploading …' : added && `${added.name}: ${added.kind}, ${added.summary}`}</p>
        {error !== undefined && <Failure error={error} />}
      </section>
    </>
  );
}
