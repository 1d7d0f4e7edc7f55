/** The pictures of the README: real runs in a real browser. `npm run pictures` writes them to docs/images. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser';
import { Service } from './service';

const IMAGES = resolve(import.meta.dirname, '../../docs/images');
const PATIENCE_MS = 600_000;

/** A run to take a picture of; without a preset it has the recipe's default one. */
interface Shot {
  recipe: string;
  preset?: string;
  name: string;
  step: number;
  params: Record<string, number>;
}

let browser: Browser;
let service: Service;

beforeAll(async () => {
  await mkdir(IMAGES, { recursive: true });
  browser = await openBrowser();
  service = await Service.start({ TENTH_FIRST_RUN: 'false' });
});
afterAll(async () => {
  await browser?.close();
  await service?.remove();
});

/** Each system at a step at which there is something to see. */
test.each<Shot>([
  { recipe: 'gan-1d', name: 'A GAN on a line', step: 400, params: { steps: 20_000 } },
  { recipe: 'heart', name: 'A heart from tanh', step: 3000, params: {} },
  { recipe: 'char-rnn', name: 'Shakespeare, letter by letter', step: 300, params: {} },
  { recipe: 'optimizers', name: 'Eight ways down', step: 60, params: {} },
  { recipe: 'logistic', preset: 'quick', name: 'Softmax regression', step: 400, params: {} },
  { recipe: 'mlp-digits', preset: 'quick', name: 'One hidden layer', step: 200, params: {} },
  { recipe: 'lenet', name: 'LeNet', step: 400, params: {} },
  { recipe: 'gan-digits', preset: 'quick', name: 'Digits from noise', step: 300, params: {} },
  { recipe: 'dcgan', preset: 'digits', name: 'Digits by convolutions', step: 150, params: {} },
  { recipe: 'vae', preset: 'standard', name: 'Codes of digits', step: 400, params: {} },
  { recipe: 'vae-gan', preset: 'digits', name: 'A discriminator as the judge', step: 100, params: {} },
])('$recipe', { timeout: PATIENCE_MS }, async ({ recipe, preset, name, step, params }) => {
  const { id } = await service.post('/api/v1/runs', { recipe, preset, name, seed: 1, params });
  const { page } = await openPage(browser);
  await page.goto(`${service.url}/runs/${id}`);
  const stepNow = async () => Number((await page.getByTestId('step').first().innerText()).replace(/\D/g, ''));
  await expect.poll(stepNow, { timeout: PATIENCE_MS, interval: 200 }).toBeGreaterThanOrEqual(step);
  await page.screenshot({ path: `${IMAGES}/${recipe}.png` });
  await service.post(`/api/v1/runs/${id}/commands`, { type: 'stop' });
  await page.close();
});

test('the first page', { timeout: PATIENCE_MS }, async () => {
  const { page } = await openPage(browser);
  await page.goto(service.url);
  await page.locator('a[href="/recipes/char-rnn"]').first().waitFor();
  await page.screenshot({ path: `${IMAGES}/home.png` });
});
