import { useCallback, useMemo } from 'preact/hooks';
import { diverging, DIVERGING_DARK, DIVERGING_LIGHT, extent } from '../plot/colormap';
import { figure } from '../plot/numbers';
import { useTheme, type Theme } from '../plot/theme';
import type { FieldData } from '../stream/events';
import { metricAt, pictureOf } from '../stream/view';
import { gridOf, type Placing } from './fieldDrawing';
import { HeatMap, type Overlay } from './HeatMap';
import type { NaturalPicture, PictureProps, Point } from './natural';
import { Waiting } from './Waiting';
import { WidthsPicture } from './WidthsPicture';

/** Colours go evenly up to this share of the reach; the function is steep far from its contour and the error small. */
const VALUE_KNEE = 1 / 60;
const ERROR_KNEE = 1 / 600;

/** A function that is below 0 by less than this share of its reach is taken for one that is not: a network is never exact. */
const BARELY = 0.05;

/** The level that draws the shape: 0, or 1 for a function that is nowhere below 0, as the heart's x² + (y − ∛x²)². */
function levelOf(target: FieldData): number {
  const [low, high] = extent((target.values ?? []) as ArrayLike<number>);
  return low < -BARELY * (high - low) ? 0 : 1;
}

function Picture({ model, pictures, step, compact, probe }: PictureProps) {
  const theme = useTheme();
  const target = pictureOf(pictures, 'field', 'target');
  const prediction = pictureOf(pictures, 'field', 'prediction');
  const error = pictureOf(pictures, 'field', 'error');
  const reference = target ?? prediction;
  const scales = useMemo(() => reference && scalesOf(reference), [reference]);
  const point = probe?.point;
  const overlay = useCallback<Overlay>((c, placing) => point && drawPoint(c, placing, point, theme), [point, theme]);

  if (!scales || !prediction) {
    return <Waiting />;
  }
  const { level, reach, values, errors, map } = scales;
  const rmse = figure(metricAt(model.metrics['rmse'], step));
  const lines = linesOf(target, prediction, level);
  const learned = (
    <HeatMap
      title="f̂, what the network says"
      field={prediction}
      map={map(theme)}
      scale={values}
      named={[level, level + reach]}
      contours={lines.learned}
      overlay={overlay}
      onPick={probe?.choose}
      label={`The network's function at step ${step}; root mean squared error ${rmse}. The line is its contour at ${level}, the thin one that of the real function.`}
    />
  );
  if (compact) {
    return <div class="fields compact">{learned}</div>;
  }
  return (
    <>
      <div class="fields">
        {target && (
          <HeatMap
            title="f, the function to learn"
            field={target}
            map={map(theme)}
            scale={values}
            named={[level, level + reach]}
            contours={lines.real}
            overlay={overlay}
            onPick={probe?.choose}
            label={`The function to learn. Its contour at ${level} is drawn as a line.`}
          />
        )}
        {learned}
        {error && (
          <HeatMap
            title={`f̂ − f, the error (rmse ${rmse})`}
            field={error}
            map={map(theme)}
            scale={errors}
            named={[-reach, 0, reach]}
            contours={lines.dashed}
            label={`The error at step ${step}: blue where the network is too low, orange where it is too high. Root mean squared error ${rmse}.`}
          />
        )}
      </div>
      <Outside pictures={pictures} trained={prediction} level={level} />
      <WidthsPicture pictures={pictures} map={map(theme)} scale={values} level={level} />
    </>
  );
}

/** Beyond the square that it was trained on: a network knows nothing there, and says something all the same. */
function Outside({ pictures, trained, level }: { pictures: PictureProps['pictures']; trained: FieldData; level: number }) {
  const theme = useTheme();
  const target = pictureOf(pictures, 'field', 'outsideTarget');
  const prediction = pictureOf(pictures, 'field', 'outsidePrediction');
  const scales = useMemo(() => target && scalesOf(target, level), [target, level]);
  const { x0, x1, y0, y1 } = trained;
  const overlay = useCallback<Overlay>(
    (c, { xOf, yOf }) => {
      c.strokeStyle = theme.ink;
      c.lineWidth = 1.5;
      c.setLineDash([6, 4]);
      c.strokeRect(xOf(x0), yOf(y1), xOf(x1) - xOf(x0), yOf(y0) - yOf(y1));
      c.setLineDash([]);
    },
    [x0, x1, y0, y1, theme],
  );
  if (!target || !prediction || !scales) {
    return null;
  }
  const lines = linesOf(target, prediction, level);
  const common = { map: scales.map(theme), scale: scales.values, named: [level, level + scales.reach], overlay };
  return (
    <section class="fields outside" aria-label="Outside the trained square">
      <HeatMap {...common} title="f, further out" field={target} contours={lines.real} label="The function to learn over a larger square; the trained one is outlined." />
      <HeatMap
        {...common}
        title="f̂, further out"
        field={prediction}
        contours={lines.learned}
        label="What the network says over a larger square. Outside the outlined one, on which it was trained, it has nothing to do with the function."
      />
      <p class="stage">
        It was trained inside the dashed square only. Inside it can follow any shape; outside, where no point ever told it anything, its tanh
        units just run on.
      </p>
    </section>
  );
}

function linesOf(target: FieldData | undefined, prediction: FieldData, level: number) {
  const real = target ? [{ grid: gridOf(target), level }] : [];
  const dashed = real.map((line) => ({ ...line, dashed: true }));
  return { real, learned: [{ grid: gridOf(prediction), level }, ...dashed], dashed };
}

function scalesOf(reference: FieldData, level = levelOf(reference)) {
  const [low, high] = extent((reference.values ?? []) as ArrayLike<number>);
  const reach = Math.max(Math.abs(low - level), Math.abs(high - level)) || 1;
  return {
    level,
    reach,
    values: diverging(level, reach, reach * VALUE_KNEE),
    errors: diverging(0, reach, reach * ERROR_KNEE),
    map: ({ dark }: Theme) => (dark ? DIVERGING_DARK : DIVERGING_LIGHT),
  };
}

function drawPoint(c: CanvasRenderingContext2D, { xOf, yOf }: Placing, [x, y]: Point, theme: Theme): void {
  c.beginPath();
  c.arc(xOf(x), yOf(y), 5, 0, 2 * Math.PI);
  c.fillStyle = theme.surface;
  c.strokeStyle = theme.ink;
  c.lineWidth = 2;
  c.fill();
  c.stroke();
}

export const heart: NaturalPicture = {
  Picture,
  keys: [
    'field:target',
    'field:prediction',
    'field:error',
    'field:outsideTarget',
    'field:outsidePrediction',
    'field:width *',
    'curve:widths',
  ],
  charts: [{ title: 'Error', metrics: ['loss', 'rmse'], logarithmic: true }],
};
