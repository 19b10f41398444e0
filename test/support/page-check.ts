import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Browser, ConsoleMessage, Page } from 'playwright-core';
import { isFullRun } from './scale.js';

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

/** Both screens and both colours, each once: what a small run looks with. */
export const crossedLooks = looks.slice(1, 3);

/** Of pages, dialogs or looks, one for each of {@link crossedLooks}: both in a full run; in a short one that of the `index`-th thing to look at. */
export function shareOf<T>(crossed: readonly T[], index: number): readonly T[] {
  return isFullRun ? crossed : crossed.slice(index % 2, (index % 2) + 1);
}

/** Opens a page in a browser of its own and examines it. */
export async function checkPage(browser: Browser, address: string, look: Look): Promise<PageFindings> {
  const context = await browser.newContext({ viewport: { width: look.width, height: 900 }, colorScheme: look.theme });
  try {
    return await examinePage(await context.newPage(), address);
  } finally {
    await context.close();
  }
}

/** Goes to an address and examines the page there: accessibility, width (on a desk that of a tablet too), console. */
export async function examinePage(page: Page, address: string): Promise<PageFindings> {
  const errors: string[] = [];
  // A page that says "not found" is meant to; the browser notes its status as an error all the same.
  const onConsole = (message: ConsoleMessage): void => {
    if (message.type() === 'error' && !/status of 404/.test(message.text())) errors.push(message.text());
  };
  const onError = (error: Error): void => void errors.push(error.message);
  page.on('console', onConsole).on('pageerror', onError);
  await page.goto(address, { waitUntil: 'load' });
  const found = await examineAsItIs(page);
  page.off('console', onConsole).off('pageerror', onError);
  return { ...found, errors };
}

/** Examines what a page shows now, with what was opened and typed on it; nobody listened to the console meanwhile. */
export async function examineAsItIs(page: Page): Promise<PageFindings> {
  await untilCalm(page);
  const overflowPx = await widestOverflow(page);
  await page.evaluate(axeSource);
  const violations = await page.evaluate(runAxe);
  return { violations: violations as string[], overflowPx, errors: [] };
}

/** Panels have loaded. Asked from here: a condition waited for inside the page would need `eval`, which its policy forbids. */
async function untilCalm(page: Page): Promise<void> {
  while ((await page.locator('[aria-busy=true]').count()) > 0) await page.waitForTimeout(50);
}

async function widestOverflow(page: Page): Promise<number> {
  const overflow = async (): Promise<number> =>
    Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  const size = page.viewportSize();
  const here = await overflow();
  if (size === null || size.width < 1024) return here;
  await page.setViewportSize({ ...size, width: 1024 });
  const onTablet = await overflow();
  await page.setViewportSize(size);
  return Math.max(here, onTablet);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const runAxe = `axe.run(document, { resultTypes: ['violations'] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`;
