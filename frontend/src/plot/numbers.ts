/** Numbers and times for people. */
import type { Value } from '../stream/events';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A figure with four significant digits; a very small or large one in powers of ten; – for none. */
export function figure(value: Value | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) {
    return Number(value.toPrecision(3)).toExponential().replace('e+', 'e');
  }
  return size >= 1000 ? whole.format(value) : String(Number(value.toPrecision(4)));
}

/** A count with its thousands told apart. */
export function count(value: number): string {
  return whole.format(value);
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** A length of time: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A name on the wire as words: `maxDeviationFromHalf` → `max deviation from half`. */
export function words(name: string): string {
  return name
    .replace(/[-_.]/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
}
