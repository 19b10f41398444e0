import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { idIn, openContext } from '../support/host-browser.js';
import { crossedLooks, examineAsItIs, looks } from '../support/page-check.js';
import { isFullRun } from '../support/scale.js';

describe('the command palette and the keys', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: TestHost;
  let context: BrowserContext;
  let page: Page;
  let account: string;
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    host = await createTestHost({ plugins: [new URL('../../../plugins/sales/', import.meta.url)] });
    running.unshift(() => host.close());
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Northwind Robotics' });
    account = `${host.url}/accounts/${idIn(body)}`;
    await host.as(host.admin).post('/api/v1/accounts', { name: 'Elbe Diagnostics' });
  });

  beforeEach(async () => {
    context = await openContext(browser, host, host.admin);
    page = await context.newPage();
  });

  afterEach(() => context.close());

  after(() => Promise.all(running.map((stop) => stop())));

  /** A key pressed before the page listens does what it would without scripts. */
  async function visit(address: string, tab = page): Promise<void> {
    await tab.goto(address);
    await tab.waitForSelector('#palette-input[data-htmx-powered]', { state: 'attached' });
  }

  const chosen = '#palette-results [aria-selected=true]';

  async function openPalette(): Promise<void> {
    await page.keyboard.press('Control+k');
    await page.waitForSelector(chosen);
  }

  it('leads from a mistyped name to the record by the keyboard alone, and shows who it is before', async () => {
    await visit(`${host.url}/contacts`);
    await openPalette();

    await page.keyboard.type('nortwind');
    await page.waitForSelector(`${chosen}:has-text("Northwind Robotics")`);
    await page.waitForSelector('.palette-preview .brief:has-text("Open deals")');
    const active = await page.getAttribute('#palette-input', 'aria-activedescendant');
    const selected = await page.getAttribute(chosen, 'id');
    await page.keyboard.press('Enter');

    await page.waitForURL(account);
    expect(active).to.equal(selected);
    expect(await page.locator('#palette[open]').count()).to.equal(0);
    expect(await page.textContent('.brief')).to.contain('Open deals');
  });

  it('offers what can be done with the record first, then goes where the arrows point', async () => {
    await visit(account);
    await openPalette();
    const first = await page.textContent(chosen);

    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const third = await page.textContent(chosen);
    await page.keyboard.press('Enter');

    await page.waitForURL(`${account}?compose=call#composer`);
    await page.waitForSelector('#composer [name=outcome]');
    expect(first).to.contain('Edit Northwind Robotics').and.contain('E');
    expect(third).to.contain('Log call');
  });

  it('finds what a plugin does with the record, too', async () => {
    await visit(account);
    await openPalette();

    await page.keyboard.type('new deal with');
    await page.waitForSelector(`${chosen}:has-text("New deal with this account")`);
    await page.keyboard.press('Enter');

    await page.waitForURL(`${host.url}/sales/deals/new?account=${account.split('/').at(-1) ?? ''}`);
  });

  it('takes forms too: what is moved to the trash can be taken back', async () => {
    await visit(`${host.url}/accounts`);
    await page.click('.row-link:has-text("Elbe Diagnostics")');
    await page.waitForSelector('h1:has-text("Elbe Diagnostics")');
    await openPalette();

    await page.keyboard.type('trash');
    await page.waitForSelector(`${chosen}:has-text("Move Elbe Diagnostics to the trash")`);
    await page.keyboard.press('Enter');

    await page.waitForURL(`${host.url}/accounts`);
    await page.click('.toast button:has-text("Undo")');
    await page.waitForSelector('h1:has-text("Elbe Diagnostics")');
  });

  it('asks again when the server was too busy to answer', async () => {
    let asked = 0;
    // Before the page comes: one that stands may send its next request by the way it had, past a route that is only just laid.
    await page.route('**/search/palette?*', (route) =>
      (asked += 1) === 1 ? route.fulfill({ status: 503, body: '' }) : route.continue(),
    );
    await visit(`${host.url}/accounts`);

    await openPalette();

    expect(asked).to.be.greaterThan(1);
  });

  it('closes with Escape and gives the focus back', async () => {
    await visit(`${host.url}/accounts`);
    await page.focus('.row-link');
    await openPalette();

    await page.keyboard.press('Escape');

    expect(await page.evaluate('document.activeElement.matches(".row-link")')).to.equal(true);
  });

  it('walks through rows, opens and edits one', async () => {
    await visit(`${host.url}/accounts`);
    const names = await page.locator('.row-link').allTextContents();
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.textContent');

    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const second = await focused();
    await page.keyboard.press('k');
    const first = await focused();
    await page.keyboard.press('e');
    await page.waitForURL('**/edit');
    await page.goBack();
    await page.locator('.row-link').first().focus();
    await page.keyboard.press('o');
    await page.waitForSelector('h1:has-text("' + (names[0] ?? '') + '")');
    await page.keyboard.press('e');

    await page.waitForURL('**/edit');
    expect([first, second]).to.deep.equal([names[0], names[1]]);
  });

  it('goes to a place by two keys and makes something new by one, but not while one types', async () => {
    await visit(`${host.url}/accounts`);

    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL(`${host.url}/contacts`);
    await page.keyboard.press('n');
    await page.waitForURL(`${host.url}/contacts/new`);
    await page.focus('#field-name');
    await page.keyboard.type('ga n?');

    expect(await page.inputValue('#field-name')).to.equal('ga n?');
    expect(page.url()).to.equal(`${host.url}/contacts/new`);
  });

  it('shows all keys with ?, and switches single ones off and on again', async () => {
    await visit(`${host.url}/contacts`);
    await page.keyboard.press('?');
    await page.waitForSelector('#dialog .key-sheet');

    await page.click('#dialog .switch');
    await page.waitForURL(`${host.url}/me`);
    await page.waitForSelector('#app[data-shortcuts=off]');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.keyboard.press('?');
    const isStill = page.url() === `${host.url}/me` && (await page.locator('#dialog[open]').count()) === 0;
    await openPalette();
    await page.keyboard.press('Escape');
    await page.click('#block-shortcuts .switch');
    await page.waitForSelector('#app:not([data-shortcuts])');
    await page.keyboard.press('g');
    await page.keyboard.press('c');

    await page.waitForURL(`${host.url}/contacts`);
    expect(isStill).to.equal(true);
  });

  for (const look of isFullRun ? looks : crossedLooks) {
    it(`is accessible, as it opens and with what was found: ${look.theme}, ${look.width} px`, async () => {
      const seen = await (await openContext(browser, host, host.admin, look)).newPage();
      await visit(account, seen);
      await (look.width < 760 ? seen.click('.top-search a') : seen.keyboard.press('Control+k'));
      await seen.waitForSelector(chosen);
      const opened = await examineAsItIs(seen);
      await seen.keyboard.type('north');
      await seen.waitForSelector('.palette-preview .brief');
      const typed = await examineAsItIs(seen);
      await seen.context().close();

      expect([opened, typed]).to.deep.equal([nothing, nothing]);
    });
  }
});

/** What is wrong with a page that is right. */
const nothing = { violations: [], overflowPx: 0, errors: [] };

describe('search without scripts', function () {
  this.timeout(60_000);

  it('is a page that the search button leads to', async function () {
    const browser = await launchChromium(this);
    const host = await createTestHost();
    try {
      await host.as(host.admin).post('/api/v1/accounts', { name: 'Plain Ltd' });
      const context = await openContext(browser, host, host.admin, { withoutScripts: true });
      const page = await context.newPage();
      await page.goto(`${host.url}/accounts`);

      await page.click('.search-btn');
      await page.fill('#main input[name=q]', 'plain');
      await page.press('#main input[name=q]', 'Enter');
      await page.click('#block-results a:has-text("Plain Ltd")');

      expect(await page.textContent('h1')).to.equal('Plain Ltd');
    } finally {
      await host.close();
      await browser.close();
    }
  });
});
