/** A real, headless Chromium that remembers what its console complained of. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const FIND = resolve(import.meta.dirname, '../../deploy/find-browser');
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function openBrowser(): Promise<Browser> {
  const executablePath = execFileSync(FIND, { encoding: 'utf8' }).trim();
  if (!executablePath) {
    throw new Error('no Chromium was found: run deploy/setup browser, or set CHROMIUM to where it is');
  }
  return chromium.launch({ executablePath, args: QUIET });
}

/** A page with a profile of its own, and what went wrong on it. */
export async function openPage(browser: Browser): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(message.text());
    }
  });
  return { page, complaints };
}

/** How many colours a canvas shows: one if nothing is drawn on it. */
export function coloursOf(page: Page, selector: string): Promise<number> {
  return page.$eval(selector, (canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}
