import { useCallback } from 'preact/hooks';
import { Drawing } from '../plot/Drawing';
import { figure } from '../plot/numbers';
import { useTheme } from '../plot/theme';
import { metricAt, pictureOf } from '../stream/view';
import { drawDensities } from './densityDrawing';
import { Legend } from './Legend';
import type { NaturalPicture, PictureProps } from './natural';
import { Stages } from './Stages';
import { Waiting } from './Waiting';

function Picture({ model, pictures, step, compact }: PictureProps) {
  const theme = useTheme();
  const density = pictureOf(pictures, 'histogram', 'density');
  const discriminator = pictureOf(pictures, 'curve', 'discriminator');
  const map = compact ? undefined : pictureOf(pictures, 'curve', 'map');
  const stage = pictureOf(pictures, 'text', 'stage');
  const draw = useCallback(
    (c: CanvasRenderingContext2D, width: number, height: number) =>
      density && drawDensities(c, width, height, { density, discriminator, map }, theme),
    [density, discriminator, map, theme],
  );
  if (!density) {
    return <Waiting />;
  }
  const metric = (name: string) => figure(metricAt(model.metrics[name], step));
  return (
    <figure class="gan">
      {stage && (compact ? <p class="stage">{stage.text}</p> : <Stages model={model} text={stage.text} />)}
      <Drawing
        draw={draw}
        heightFor={compact ? heightOfSmall : heightOfWhole}
        label={`Step ${step}: the densities of the real and the generated samples, D and the optimal D*. The generated samples have mean ${metric('sampleMean')} and standard deviation ${metric('sampleStd')}; the Jensen–Shannon divergence is ${metric('jsDivergence')}.`}
      />
      {!compact && (
        <figcaption>
          <Legend
            entries={[
              { color: theme.data, label: 'real samples, p_data', filled: true },
              { color: theme.model, label: 'generated samples, p_g', filled: true },
              { color: theme.critic, label: 'D(x)' },
              { color: theme.optimal, label: 'D* = p_data / (p_data + p_g)', dashed: true },
            ]}
          />
          <p class="hint">Beneath the axis: where the generator sends the points of a line through the noise, z → x.</p>
        </figcaption>
      )}
    </figure>
  );
}

const heightOfWhole = (width: number) => Math.min(640, Math.max(320, width * 0.52));
const heightOfSmall = (width: number) => Math.min(300, Math.max(180, width * 0.45));

export const gan1d: NaturalPicture = {
  Picture,
  keys: ['histogram:density', 'curve:discriminator', 'curve:map', 'text:stage'],
  charts: [
    { title: 'Losses', metrics: ['dLoss', 'gLoss'] },
    { title: 'Distance', metrics: ['jsDivergence', 'maxDeviationFromHalf', 'deviationFromOptimal'], logarithmic: true },
    { title: 'Generated samples', metrics: ['sampleMean', 'sampleStd'] },
  ],
};
