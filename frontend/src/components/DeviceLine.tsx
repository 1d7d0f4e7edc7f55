import { useEffect } from 'preact/hooks';
import { device } from '../api/client';
import { bytes } from '../plot/numbers';
import { useLoaded } from './useLoaded';

const EVERY_MS = 10_000;

/** Where programs run, and the memory in use there. */
export function DeviceLine() {
  const { value, reload } = useLoaded(device, []);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || reload(), EVERY_MS);
    return () => clearInterval(timer);
  }, [reload]);
  if (!value) {
    return null;
  }
  return (
    <span data-testid="device">
      {' · '}
      {value.name}
      {Number.isFinite(value.memory) && `, ${bytes(value.memory)} in use`}
    </span>
  );
}
