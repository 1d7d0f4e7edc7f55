/** What tests look for on the page of a run. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** What Chromium's console says of answers and sockets that a test makes fail on purpose. */
export const REFUSED = /status of (401|422)/;
export const SERVICE_GONE = /WebSocket connection to|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

export async function stepOf(scope: Page | Locator): Promise<number> {
  return Number((await scope.getByTestId('step').first().innerText()).replace(/\D/g, ''));
}

export function untilStepAbove(scope: Page | Locator, step: number): Promise<void> {
  return expect.poll(() => stepOf(scope), { timeout: 30_000 }).toBeGreaterThan(step);
}

export function badge(page: Page, state: string): Promise<void> {
  return page.locator(`h1 .badge.state-${state}`).waitFor();
}
