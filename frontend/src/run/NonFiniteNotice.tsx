import { count } from '../plot/numbers';
import type { EventOf } from '../stream/events';

/** Says that the model computes with NaN or infinities, since when, and what to do. */
export function NonFiniteNotice({ event, ended }: { event: EventOf<'non-finite'>; ended: boolean }) {
  return (
    <p class="notice bad" role="status">
      <strong>Not finite since step {count(event.data.step)}.</strong> The numbers overflowed: {someTensors(event.data)}{' '}
      {event.data.count === 1 ? 'contains' : 'contain'} infinities or NaN. {ended ? 'The run stopped there.' : 'The charts leave such values out.'}{' '}
      Start again, or fork from a checkpoint before that step, with a smaller learning rate or other data.
    </p>
  );
}

/** The names of the first tensors, and how many there are. */
export function someTensors({ tensors, count: all }: EventOf<'non-finite'>['data']): string {
  const named = tensors.slice(0, 2).join(', ');
  return all > 2 ? `${named} and ${count(all - 2)} more` : named;
}
