/** The colours of the page, for what is drawn on a canvas. */
import { useEffect, useState } from 'preact/hooks';

export interface Theme {
  dark: boolean;
  ink: string;
  muted: string;
  line: string;
  surface: string;
  data: string;
  model: string;
  critic: string;
  optimal: string;
  /** For lines without a meaning of their own, in this order. */
  series: readonly string[];
  font: string;
}

const DARK = '(prefers-color-scheme: dark)';

function read(): Theme {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    dark: window.matchMedia(DARK).matches,
    ink: color('ink'),
    muted: color('muted'),
    line: color('line'),
    surface: color('surface'),
    data: color('data'),
    model: color('model'),
    critic: color('critic'),
    optimal: color('optimal'),
    series: ['data', 'model', 'critic', 'series-4', 'series-5', 'series-6', 'series-7', 'series-8'].map(color),
    font: `12px ${style.fontFamily}`,
  };
}

/** The colours now, again when the reader switches between light and dark. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(read);
  useEffect(() => {
    const media = window.matchMedia(DARK);
    const update = () => setTheme(read());
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, []);
  return theme;
}
