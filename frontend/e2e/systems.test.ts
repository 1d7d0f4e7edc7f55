/** What is special of single systems: their pictures, and their models in use while they learn. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, openPage } from './browser';
import { badge, REFUSED, untilStepAbove } from './runPage';
import { Service } from './service';

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
