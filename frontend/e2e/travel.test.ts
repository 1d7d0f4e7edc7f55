/** Other times of a training, and other runs from there: in a real browser, against the real service. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { coloursOf, openBrowser, openPage } from './browser';
import { badge, untilStepAbove } from './runPage';
import { Service } from './service';

const PATIENCE_MS = 120_000;

let browser: Browser;
let service: Service;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await openBrowser();
  service = await Service.start({ TENTH_FIRST_RUN: 'false' });
});
afterAll(async () => {
  await browser?.close();
  await service?.remove();
});
beforeEach(async () => {
  ({ page, complaints } = await openPage(browser));
});
afterEach(() => page.close());

const slider = () => page.getByRole('slider', { name: 'Checkpoint that answers' });
const travelled = () => page.getByTestId('travel-step');

test('the same noise is asked at every checkpoint, one of them is pinned, and another run begins there', { timeout: PATIENCE_MS }, async () => {
  const { id } = await service.post('/api/v1/runs', { recipe: 'gan-1d', name: 'the first', seed: 1, params: { steps: 1000, checkpointEvery: 100, showEvery: 10 } });
  await page.goto(`${service.url}/runs/${id}`);
  await badge(page, 'succeeded');
  // The list of checkpoints follows the state; whoever asks before it is there asks the last but one as well.
  await travelled().filter({ hasText: 'step 1,000' }).waitFor();
  const reading = page.locator('.sample-box').getByTestId('reading');
  await page.getByRole('button', { name: 'Draw 1,000 samples' }).click();
  await reading.filter({ hasText: 'by step 1,000' }).waitFor();
  const now = await reading.innerText();
  await slider().fill('3');
  await reading.filter({ hasText: 'by step 300' }).waitFor();
  expect(await reading.innerText()).not.toBe(now.replace('1,000', '300'));
  expect(new URL(page.url()).searchParams.get('version')).toBe('300');
  // Back again: what is known is not asked for again.
  let asked = 0;
  page.on('request', (request) => (asked += /\/infer$/.test(request.url()) ? 1 : 0));
  await page.getByRole('button', { name: 'Newest' }).click();
  await expect.poll(() => reading.innerText()).toBe(now);
  expect(asked).toBe(0);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await travelled().filter({ hasText: /^step 0$/ }).waitFor();
  await travelled().filter({ hasText: 'step 1,000' }).waitFor();
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  expect(asked).toBe(9); // all eleven but the two that were seen

  await slider().fill('2');
  await page.getByRole('button', { name: 'pin', exact: true }).click();
  await page.getByRole('button', { name: 'pinned', exact: true }).waitFor();
  await page.locator('.record').getByText('pin the checkpoint of step 200').waitFor();
  await page.reload();
  await travelled().filter({ hasText: 'step 200' }).waitFor();
  await page.getByRole('button', { name: 'pinned', exact: true }).waitFor();

  await page.getByRole('button', { name: 'Fork at step 500 …' }).click();
  await page.locator('dialog[open] #param-dSteps').fill('2');
  await page.getByRole('button', { name: 'Start it' }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(id));
  await badge(page, 'succeeded');
  const from = page.getByTestId('forked-from');
  await from.filter({ hasText: 'forked from the first at step 500' }).waitFor();
  // Its chart has the parent's curve beside its own.
  await page.locator('.u-legend').getByText('g loss · the first').waitFor();
  await from.getByRole('link', { name: 'the first' }).click();
  await page.getByRole('heading', { name: 'the first' }).waitFor();
  expect(complaints).toEqual([]);
});

test('the past is seen while the run trains, and newer checkpoints join', { timeout: PATIENCE_MS }, async () => {
  const { id } = await service.post('/api/v1/runs', { recipe: 'char-rnn', seed: 1, params: { hidden: 128, layers: 1, checkpointEvery: 20, showEvery: 20 } });
  await page.goto(`${service.url}/runs/${id}`);
  await untilStepAbove(page, 60);
  const text = page.getByTestId('travelled');
  const reading = page.locator('.text-travel').getByTestId('reading');
  await slider().fill('1');
  await reading.filter({ hasText: /^written by step 20$/ }).waitFor();
  const then = await text.innerText();
  const kept = Number(await slider().getAttribute('max'));
  await expect.poll(async () => Number(await slider().getAttribute('max')), { timeout: PATIENCE_MS }).toBeGreaterThan(kept + 1);
  expect(await travelled().innerText()).toBe('step 20');
  expect(await text.innerText()).toBe(then);
  await page.getByRole('button', { name: 'Newest' }).click();
  await reading.filter({ hasNotText: /^written by step 20$/ }).waitFor();
  expect(await text.innerText()).not.toBe(then);
  expect(complaints).toEqual([]);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
});

test('pictures of latent vectors are added, and walked through', { timeout: PATIENCE_MS }, async () => {
  const { id } = await service.post('/api/v1/runs', { recipe: 'gan-digits', preset: 'quick', seed: 1, params: { steps: 40, checkpointEvery: 10, showEvery: 20 } });
  await page.goto(`${service.url}/runs/${id}`);
  await badge(page, 'succeeded');
  const tiles = page.locator('.tiles button');
  await expect.poll(() => tiles.count()).toBe(32);
  for (const place of [0, 1, 0, 2, 3]) {
    await tiles.nth(place).click(); // the first one is let go of again
  }
  await page.getByTestId('sum').locator('canvas').waitFor();
  await page.getByRole('button', { name: 'Walk', exact: true }).click();
  await expect.poll(() => coloursOf(page, '.walk canvas')).toBeGreaterThan(10);
  await expect.poll(async () => Number(await page.getByTestId('walk-rate').innerText())).toBeGreaterThan(0);
  await slider().fill('0');
  await page.locator('.walk').getByText('by step 0').waitFor();
  await page.getByRole('button', { name: 'Stop the walk' }).click();
  const film = await page.request.get(service.url + (await page.getByRole('link', { name: 'Time-lapse as a GIF' }).getAttribute('href')));
  expect([film.status(), film.headers()['content-type']]).toEqual([200, 'image/gif']);
  expect(complaints).toEqual([]);
});
