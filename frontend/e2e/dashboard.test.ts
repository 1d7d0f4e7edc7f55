/** What a learner does on the dashboard, in a real browser, against the real service. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { coloursOf, openBrowser, openPage } from './browser';
import { badge, REFUSED, SERVICE_GONE, stepOf, untilStepAbove } from './runPage';
import { Service } from './service';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
});

/** What was told, without the buttons: those of a checkpoint are there as long as it is. */
async function record(page: Page): Promise<string[]> {
  return (await page.locator('.record li').allInnerTexts()).map((text) => text.replace(/(pin|unpin|fork …)+$/, ''));
}

describe('from the first page to a run that was killed and goes on', () => {
  let service: Service;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    service = await Service.start({ TENTH_FIRST_RUN: 'true' });
    ({ page, complaints } = await openPage(browser));
  });
  afterAll(async () => {
    await page?.close();
    await service?.remove();
  });

  const seqOnPage = async () => Number(await page.locator('article.run-page').getAttribute('data-seq'));

  test('the first page lists the recipes and already moves', async () => {
    await page.goto(service.url);
    for (const recipe of ['gan-1d', 'heart', 'char-rnn']) {
      await page.locator(`a[href="/recipes/${recipe}"]`).first().waitFor();
    }
    await page.getByTestId('device').filter({ hasText: /cpu, [\d.]+ MB in use/ }).waitFor();
    const preview = page.locator('.previews');
    await untilStepAbove(preview, await stepOf(preview));
    expect(complaints).toEqual([]);
  });

  test('a value that the service refuses is named at its field, and nothing is started', async () => {
    await page.goto(`${service.url}/recipes/gan-1d`);
    await page.locator('#param-steps').fill('-5');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const field = page.locator('#param-steps');
    await page.locator('#param-steps-error').waitFor();
    expect(await page.locator('#param-steps-error').innerText()).toContain('-5');
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(complaints.splice(0)).toEqual([expect.stringMatching(REFUSED)]);
  });

  test('a run is started by the form and draws its picture', async () => {
    await page.locator('#param-steps').fill('100000');
    await page.locator('#param-name').fill('in the browser');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/runs\/\w+/);
    await page.getByRole('heading', { name: 'in the browser' }).waitFor();
    await badge(page, 'running');
    await untilStepAbove(page, 0);
    await expect.poll(() => coloursOf(page, '.picture canvas')).toBeGreaterThan(3);
  });

  test('it pauses, stays where it is, and goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await badge(page, 'paused');
    const id = page.url().split('/').at(-1);
    const paused = (await (await fetch(`${service.url}/api/v1/runs/${id}`)).json()) as { step: number; state: string };
    expect(paused.state).toBe('PAUSED');
    await expect.poll(() => stepOf(page)).toBe(paused.step);
    await page.getByRole('button', { name: 'Resume' }).click();
    await badge(page, 'running');
    await untilStepAbove(page, paused.step);
  });

  test('a turned knob says at which step it took effect', async () => {
    const knob = page.locator('.knob').first();
    const value = await knob.locator('input').inputValue();
    await knob.getByRole('button', { name: /^Double/ }).click();
    await knob.getByText(/applied at step/).waitFor();
    await expect.poll(() => knob.locator('input').inputValue()).toBe(String(2 * Number(value)));
  });

  test('a reload loses nothing', async () => {
    const seq = await seqOnPage();
    const told = await record(page);
    await page.reload();
    await expect.poll(seqOnPage).toBeGreaterThanOrEqual(seq);
    // Newest first: what was told is still told, in its order, after what is new.
    await expect.poll(async () => (await record(page)).slice(-told.length)).toEqual(told);
    await untilStepAbove(page, 0);
    expect(complaints).toEqual([]);
  });

  test('the service is killed and started again: the page comes back by itself and the run goes on', async () => {
    await page.getByRole('button', { name: 'Checkpoint now' }).click();
    await page.locator('.record').getByText(/^checkpoint, /).first().waitFor();
    const seq = await seqOnPage();
    await service.kill();
    await page.getByText('may be out of date').waitFor();
    await service.start();
    await badge(page, 'interrupted');
    expect(await seqOnPage()).toBeGreaterThanOrEqual(seq);
    const step = await stepOf(page);
    await page.getByRole('button', { name: 'Resume' }).click();
    await badge(page, 'running');
    await page.locator('.record').getByText(/resumed from step/).waitFor();
    await untilStepAbove(page, step);
    expect(complaints.splice(0).filter((complaint) => !SERVICE_GONE.test(complaint))).toEqual([]);
  });

  test('one can look back and return to live', async () => {
    const timeline = page.getByRole('group', { name: 'Timeline', exact: true });
    await timeline.getByRole('slider').fill('0');
    await page.waitForURL(/seq=\d+/);
    await timeline.locator('output', { hasText: /^step / }).waitFor();
    await timeline.getByRole('button', { name: 'Live', exact: true }).click();
    await timeline.locator('output', { hasText: 'live' }).waitFor();
  });

  test('it stops, and stands in the list of runs', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await badge(page, 'cancelled');
    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('row', { name: /in the browser/ }).getByText('stopped').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a model writes while it learns, and its temperature is turned in mid-text', async () => {
    const { id } = await service.post('/api/v1/runs', { recipe: 'char-rnn', seed: 1 });
    await page.goto(`${service.url}/runs/${id}`);
    await badge(page, 'running');
    await untilStepAbove(page, 0);
    await page.getByRole('button', { name: 'Checkpoint now' }).click();
    await page.locator('input[name="length"]').fill('20000');
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    const written = page.getByTestId('written');
    await expect.poll(async () => (await written.innerText()).length).toBeGreaterThan(50);
    await page.locator('input[name="temperature"]').fill('1.5');
    await written.locator('.turned').waitFor();
    expect(await written.locator('.turned').innerText()).toContain('1.5');
    const length = (await written.innerText()).length;
    await expect.poll(async () => (await written.innerText()).length).toBeGreaterThan(length);
    await page.getByRole('button', { name: 'Stop writing' }).click();
    await page.getByRole('button', { name: 'Write again' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('it fits a narrow screen', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    for (const path of ['/', '/recipes/gan-1d', '/runs', new URL(page.url()).pathname]) {
      await page.goto(service.url + path);
      await page.locator('h1').waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
    }
  });
});

describe('a service with a token', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start({ TENTH_FIRST_RUN: 'true', TENTH_TOKEN: 'open-sesame' });
  });
  afterAll(() => service?.remove());

  test('asks for it, and once opened with it shows everything', async () => {
    const { page, complaints } = await openPage(browser);
    await page.goto(service.url);
    await page.getByText('This service requires a token').waitFor();
    await page.getByLabel('Token').fill('open-sesame');
    await page.getByRole('button', { name: 'Open' }).click();
    await untilStepAbove(page.locator('.previews'), 0);
    expect(page.url()).not.toContain('sesame');
    expect(complaints.filter((complaint) => !REFUSED.test(complaint) && !SERVICE_GONE.test(complaint))).toEqual([]);
    await page.close();
  });
});
