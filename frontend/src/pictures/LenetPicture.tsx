import { figure } from '../plot/numbers';
import { metricAt, pictureOf } from '../stream/view';
import { ConfusionMatrix } from './ConfusionMatrix';
import type { NaturalPicture, PictureProps } from './natural';
import { PixelImage } from './PixelImage';
import { Waiting } from './Waiting';

/** The way of a digit through the layers, in reading order. */
const FLOW = [
  { id: 'digit', title: 'A digit' },
  { id: 'filters', title: 'Filters of the first layer' },
  { id: 'maps1', title: 'Where they find something' },
  { id: 'maps2', title: 'What the second layer makes of it' },
] as const;

function Picture({ model, pictures, step, compact }: PictureProps) {
  const flow = FLOW.flatMap(({ id, title }) => {
    const image = pictureOf(pictures, 'image', id);
    return image ? [{ id, title, image }] : [];
  });
  const misread = pictureOf(pictures, 'image', 'misread');
  const confusion = pictureOf(pictures, 'matrix', 'confusion');
  const error = metricAt(model.metrics['validationError'], step);
  if (flow.length === 0 && !confusion) {
    return <Waiting />;
  }
  if (compact) {
    const shown = flow.find(({ id }) => id === 'maps1') ?? flow[0];
    return shown ? <PixelImage image={shown.image} title={`Of 100 digits ${wrong(error)} are misread`} /> : <Waiting />;
  }
  return (
    <div class="lenet">
      <ol class="flow" aria-label="The way of a digit through the layers">
        {flow.map(({ id, title, image }) => (
          <li key={id} class={`flow-${id}`}>
            <PixelImage image={image} title={title} />
          </li>
        ))}
      </ol>
      <div class="side-by-side">
        {misread && <PixelImage image={misread} title="Misread: true → read" />}
        {confusion && <ConfusionMatrix matrix={confusion} />}
      </div>
    </div>
  );
}

function wrong(error: number | null | undefined): string {
  return typeof error === 'number' ? figure(100 * error) : '–';
}

export const lenet: NaturalPicture = {
  Picture,
  keys: ['image:filters', 'image:digit', 'image:maps1', 'image:maps2', 'image:misread', 'matrix:confusion'],
  charts: [
    { title: 'Share of misread digits', metrics: ['validationError', 'testError'], logarithmic: true },
    { title: 'Training loss', metrics: ['trainLoss'], logarithmic: true },
  ],
};
