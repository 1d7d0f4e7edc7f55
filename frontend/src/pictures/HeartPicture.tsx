import { useMemo } from 'preact/hooks';
import { diverging, DIVERGING_DARK, DIVERGING_LIGHT, extent } from '../plot/colormap';
import type { Grid } from '../plot/contour';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import type { FieldData } from '../stream/events';
import { metricAt, pictureOf } from '../stream/view';
import { HeatMap } from './HeatMap';
import type { NaturalPicture, PictureProps } from './natural';
import { Waiting } from './Waiting';

/** Colours go evenly up to this share of the reach; the function is steep far from its contour and the error small. */
const VALUE_KNEE = 1 / 60;
const ERROR_KNEE = 1 / 600;

/** The level that draws the shape: 0, or 1 for a function that is nowhere below 0, as the heart's x² + (y − ∛x²)². */
function levelOf(target: FieldData): number {
  return extent((target.values ?? []) as ArrayLike<number>)[0] < 0 ? 0 : 1;
}

function gridOf(field: FieldData): Grid {
  return { width: field.width, height: field.height, values: (field.values ?? []) as ArrayLike<number> };
}

function Picture({ model, pictures, step, compact }: PictureProps) {
  const { dark } = useTheme();
  const map = dark ? DIVERGING_DARK : DIVERGING_LIGHT;
  const target = pictureOf(pictures, 'field', 'target');
  const prediction = pictureOf(pictures, 'field', 'prediction');
  const error = pictureOf(pictures, 'field', 'error');
  const reference = target ?? prediction;
  const scales = useMemo(() => reference && scalesOf(reference), [reference]);
  const contours = useMemo(() => {
    const level = scales?.level ?? 0;
    const real = target ? [{ grid: gridOf(target), level }] : [];
    const learned = prediction ? [{ grid: gridOf(prediction), level }] : [];
    const dashed = real.map((line) => ({ ...line, dashed: true }));
    return { real, learned: [...learned, ...dashed], dashed };
  }, [target, prediction, scales]);

  if (!scales || !prediction) {
    return <Waiting />;
  }
  const { level, reach, values, errors } = scales;
  const rmse = figure(metricAt(model.metrics['rmse'], step));
  const learned = (
    <HeatMap
      title="f̂, what the network says"
      field={prediction}
      map={map}
      scale={values}
      named={[level, level + reach]}
      contours={contours.learned}
      label={`The network's function at step ${step}; root mean squared error ${rmse}. The line is its contour at ${level}, the thin one that of the real function.`}
    />
  );
  if (compact) {
    return <div class="fields compact">{learned}</div>;
  }
  return (
    <div class="fields">
      {target && (
        <HeatMap
          title="f, the function to learn"
          field={target}
          map={map}
          scale={values}
          named={[level, level + reach]}
          contours={contours.real}
          label={`The function to learn. Its contour at ${level} is drawn as a line.`}
        />
      )}
      {learned}
      {error && (
        <HeatMap
          title={`f̂ − f, the error (rmse ${rmse})`}
          field={error}
          map={map}
          scale={errors}
          named={[-reach, 0, reach]}
          contours={contours.dashed}
          label={`The error at step ${step}: blue where the network says too little, orange where too much. Root mean squared error ${rmse}.`}
        />
      )}
    </div>
  );
}

function scalesOf(reference: FieldData) {
  const level = levelOf(reference);
  const [low, high] = extent((reference.values ?? []) as ArrayLike<number>);
  const reach = Math.max(Math.abs(low - level), Math.abs(high - level)) || 1;
  return {
    level,
    reach,
    values: diverging(level, reach, reach * VALUE_KNEE),
    errors: diverging(0, reach, reach * ERROR_KNEE),
  };
}

export const heart: NaturalPicture = {
  Picture,
  keys: ['field:target', 'field:prediction', 'field:error'],
  charts: [{ title: 'Error', metrics: ['loss', 'rmse'], logarithmic: true }],
};
