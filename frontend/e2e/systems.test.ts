/** What is special of single systems: their pictures, and their models in use while they learn. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser';
import { badge, REFUSED, untilStepAbove } from './runPage';
import { Service } from './service';

/** A net takes its time on a busy machine. */
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

/** Starts a run and opens its page. */
async function open(recipe: string, params: Record<string, unknown> = {}): Promise<void> {
  const { id } = await service.post('/api/v1/runs', { recipe, seed: 1, params });
  await page.goto(`${service.url}/runs/${id}`);
}

/** Stops the run of the page, so that the next one has the threads. */
async function stop(): Promise<void> {
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await badge(page, 'cancelled');
}

test('a bad formula is named at its field, and the caret goes to its place', async () => {
  await page.goto(`${service.url}/recipes/heart`);
  const field = page.locator('#param-formula');
  await field.fill('x^2 + foo(y)');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.locator('#param-formula-error', { hasText: 'at character 7' }).waitFor();
  await expect.poll(() => field.evaluate((input) => [document.activeElement === input, (input as HTMLInputElement).selectionStart])).toEqual([true, 6]);
  expect(complaints).toEqual([expect.stringMatching(REFUSED)]);
});

test('the heart’s network is asked at a point, beside the truth, inside and outside', async () => {
  await open('heart', { epochs: 200 });
  await untilStepAbove(page, 0);
  await page.getByRole('button', { name: 'Checkpoint now' }).click();
  const reading = page.getByTestId('reading');
  await page.locator('.coordinate input').first().fill('1');
  await page.locator('.coordinate input').last().fill('-2');
  await page.keyboard.press('Enter');
  // x² + (y − ∛x²)² at (1, −2)
  await reading.filter({ hasText: /f̂ = -?\d.*f ≈ 10\b/ }).waitFor();
  await page.locator('.heatmap.picks canvas').first().click({ position: { x: 8, y: 60 } });
  await expect.poll(() => page.locator('.coordinate input').first().inputValue()).toMatch(/^-2\.[89]/);
  await page.locator('.coordinate input').first().fill('5');
  await page.keyboard.press('Enter');
  await reading.filter({ hasText: /f̂ = -?\d.*f ≈ \d/ }).waitFor();
  expect(complaints).toEqual([]);
  await stop();
});

test('a digit that is drawn with the mouse is read by a net that still learns, again and again', { timeout: 2 * PATIENCE_MS }, async () => {
  await open('lenet', { epochs: 50, showEvery: 50, checkpointEvery: 50 });
  const paper = page.getByLabel('Paper to draw a digit on');
  await paper.waitFor();
  await paper.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await paper.boundingBox())!;
  await page.mouse.move(x + 0.52 * width, y + 0.15 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.5 * width, y + 0.5 * height, { steps: 8 });
  await page.mouse.move(x + 0.48 * width, y + 0.85 * height, { steps: 8 });
  await page.mouse.up();
  const reading = page.getByTestId('reading');
  await reading.filter({ hasText: 'It reads' }).waitFor();
  const readBy = async () => Number((await reading.innerText()).match(/by step ([\d,]+)/)?.[1]?.replace(',', ''));
  const first = await readBy();
  await expect.poll(readBy, { timeout: PATIENCE_MS }).toBeGreaterThan(Math.max(first, 99));
  await reading.filter({ hasText: /It reads 1 \(\d+ %\)/ }).waitFor();
  expect(await page.locator('.misread li').count()).toBeGreaterThan(0);
  // By keyboard: a stroke from where the pen stands, downwards.
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await reading.filter({ hasText: 'Draw a digit' }).waitFor();
  await paper.focus();
  for (const key of [' ', ...new Array<string>(14).fill('ArrowDown'), ' ']) {
    await page.keyboard.press(key);
  }
  await reading.filter({ hasText: /It reads 1 \(\d+ %\)/ }).waitFor();
  expect(complaints).toEqual([]);
  await stop();
});

test('a table of the reader’s own is learned by logistic regression, from the form', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i % 2 ? '+1' : '-1'} 1:${(i % 2) - 0.5 + 0.01 * (i % 7)} 3:${Math.sin(i).toFixed(3)}`);
  await page.goto(`${service.url}/recipes/logistic?preset=table`);
  await page.locator('.dataset input[type="file"]').setInputFiles({ name: 'answers.libsvm', mimeType: '', buffer: Buffer.from(rows.join('\n')) });
  await page.locator('.dataset').getByText(/^answers.libsvm: 200 rows/).waitFor();
  expect(await page.locator('#param-data').inputValue()).toMatch(/^[0-9a-f]{16}$/);
  await page.locator('#param-epochs').fill('400');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await badge(page, 'succeeded');
  await page.locator('.confusion').waitFor();
  // Its classes lie apart by the first feature.
  const reading = page.getByTestId('reading');
  await page.locator('.feature-row input').first().fill('0.5');
  await reading.filter({ hasText: 'It says +1' }).waitFor();
  await page.locator('.feature-row input').first().fill('-0.5');
  await reading.filter({ hasText: 'It says -1' }).waitFor();
  expect(complaints).toEqual([]);
});

test('a file that is no table is refused with its line, and a data set can be deleted', async () => {
  await page.goto(`${service.url}/datasets`);
  const chooser = page.locator('section[aria-labelledby="upload"] input[type="file"]');
  await chooser.setInputFiles({ name: 'broken.libsvm', mimeType: '', buffer: Buffer.from('1 1:2\n1 one:3\n') });
  await page.getByRole('alert').getByText(/line 2/).waitFor();
  expect(complaints.splice(0)).toEqual([expect.stringMatching(REFUSED)]);
  await chooser.setInputFiles({ name: 'mended.csv', mimeType: '', buffer: Buffer.from('a,b,class\n1,2,x\n3,4,y\n5,6,x\n') });
  const card = page.locator('.card', { hasText: 'mended.csv' });
  await card.getByRole('button', { name: 'Delete mended.csv …' }).click();
  await card.getByRole('button', { name: 'Delete mended.csv', exact: true }).click();
  await expect.poll(() => card.count()).toBe(0);
  expect(complaints).toEqual([]);
});
