import { figure } from '../plot/numbers';
import type { ImageData } from '../stream/events';
import { metricAt, pictureOf, type Pictures } from '../stream/view';
import { ConfusionMatrix } from './ConfusionMatrix';
import { MisreadDigits } from './MisreadDigits';
import type { NaturalPicture, PictureProps } from './natural';
import { PixelImage } from './PixelImage';
import { Waiting } from './Waiting';

/** The way of a digit through the net: it, the first layer's filters, and what each layer finds, in order. */
function flowOf(pictures: Pictures): { id: string; title: string; image: ImageData }[] {
  const layers = Object.keys(pictures).filter((key) => key.startsWith('image:maps')).length;
  const maps = Array.from({ length: layers }, (_, i) => ({
    id: `maps${i + 1}`,
    title: i === 0 ? 'Where the filters respond' : `Feature maps of layer ${i + 1}`,
  }));
  return [{ id: 'digit', title: 'A digit' }, { id: 'filters', title: 'Filters of the first layer' }, ...maps].flatMap((part) => {
    const image = pictureOf(pictures, 'image', part.id);
    return image ? [{ ...part, image }] : [];
  });
}

function Picture({ model, pictures, step, compact }: PictureProps) {
  const flow = flowOf(pictures);
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
        {misread && <MisreadDigits image={misread} />}
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
  keys: ['image:filters', 'image:digit', 'image:maps*', 'image:misread', 'matrix:confusion'],
  charts: [
    { title: 'Share of misread digits', metrics: ['validationError', 'testError'], logarithmic: true },
    { title: 'Training loss', metrics: ['trainLoss'], logarithmic: true },
  ],
};
