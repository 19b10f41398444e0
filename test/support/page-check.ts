import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Browser } from 'playwright-core';

/** Which screen and which colours a page is looked at with. */
export interface Look {
  readonly width: number;
  readonly theme: 'light' | 'dark';
}

/** What is wrong with a page under one look; all empty when nothing is. */
export interface PageFindings {
  /** Axe rule and the first element that breaks it. */
  readonly violations: readonly string[];
  /** Pixels by which the page is wider than the screen. */
  readonly overflowPx: number;
  /** Errors in the console, the content security policy's included. */
  readonly errors: readonly string[];
}

/** Desktop and phone, light and dark. */
export const looks: readonly Look[] = [390, 1440].flatMap((width) => [
  { width, theme: 'light' },
  { width, theme: 'dark' },
]);

/** Opens a page and examines it: accessibility, width, console. The policy is bypassed for axe alone, after the page has loaded under it. */
export async function checkPage(browser: Browser, address: string, look: Look): Promise<PageFindings> {
  const context = await browser.newContext({ viewport: { width: look.width, height: 900 }, colorScheme: look.theme });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(address, { waitUntil: 'load' });
    const overflowPx = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    await page.evaluate(axeSource);
    const violations = await page.evaluate(runAxe);
    return { violations: violations as string[], overflowPx: overflowPx as number, errors };
  } finally {
    await context.close();
  }
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const runAxe = `axe.run(document, { resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`;
