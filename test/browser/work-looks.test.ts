import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { openContext } from '../support/host-browser.js';
import { crossedLooks, examineAsItIs, examinePage, shareOf } from '../support/page-check.js';
import { fillWork } from '../support/working-records.js';

/** What is wrong with a page that is right. */
const nothing = { violations: [], overflowPx: 0, errors: [] };

/** By address, or by a name that stands for an address with an id. */
const kinds = [
  ...[
    'timeline',
    'timeline of a contact',
    'call composer',
    '/day',
    'snooze',
    'plan',
    '/calendar',
    '/calendar?view=week',
    '/activities',
  ],
  ...['/exceptions?scope=all', '/exceptions/rules', 'rule of a list', '/inbox', '/me/notifications'],
  ...['list by a view', 'view', 'new view', '/accounts/filter', '/accounts/columns', '/change-sets', 'bulk change'],
  ...['/accounts/duplicates', 'merge choice', 'merge', '/accounts/completeness', '/settings/tags'],
  ...['/settings/mail', '/mails', '/mails?state=kept', 'mail', '/settings/webhooks', '/settings/webhooks/new'],
  ...['webhook', 'webhook form', 'webhook delivery', '/settings/forms'],
  ...[
    'form builder',
    'form snippet',
    'form submissions',
    'form submission',
    'public form',
    'asked to confirm',
    'public thanks',
  ],
  ...['/search?q=elbe+diagnostik', '/me', '/me/shortcuts'],
];

describe('each kind of page of daily work', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: TestHost;
  const pages: Page[] = [];
  const addresses: Record<string, string> = {};
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    host = await createTestHost({ plugins: [new URL('../../../plugins/sales/', import.meta.url)] });
    running.unshift(() => host.close());
    for (const look of crossedLooks) pages.push(await (await openContext(browser, host, host.admin, look)).newPage());
    Object.assign(addresses, await fillWork(host));
  });

  after(() => Promise.all(running.map((stop) => stop())));

  for (const [index, kind] of kinds.entries())
    it(`${kind}: is right light on a desk and dark on a phone, in short runs in one of them`, async () => {
      const found = await Promise.all(
        shareOf(pages, index).map((page) => examinePage(page, host.url + (addresses[kind] ?? kind))),
      );

      expect(found).to.deep.equal(found.map(() => nothing));
    });

  it('are there, each of them', async () => {
    const answers = await Promise.all(kinds.map((kind) => host.as(host.admin).page(addresses[kind] ?? kind)));

    expect(kinds.filter((_, index) => answers[index]?.status !== 200)).to.deep.equal([]);
  });

  const opened: readonly (readonly [string, string, (page: Page) => Promise<unknown>])[] = [
    ['the palette', '/accounts', (page) => page.keyboard.press('Control+k')],
    ['the menu of a task', '/day', (page) => page.click('.task .list-end button')],
    ['the dialog of a view', '/accounts?filter[industry]=Health', (page) => page.click('a:has-text("Save as view")')],
    ['the dialog of a bulk change', '/accounts', changeTicked],
    ['the dialog of bulk tags', '/accounts', (page) => changeTicked(page, 'tag')],
  ];
  for (const [index, [name, address, open]] of opened.entries())
    it(`${name}: is right light on a desk and dark on a phone, in short runs in one of them`, async () => {
      for (const page of shareOf(pages, index)) {
        await page.goto(host.url + address);
        await open(page);
        await page.waitForSelector('dialog[open], .menu:popover-open');

        expect(await examineAsItIs(page)).to.deep.equal(nothing);
      }
    });

  it('the import: is right from the file to what came of it', async () => {
    for (const [index, page] of shareOf(pages, 1).entries()) {
      await page.goto(`${host.url}/imports`);
      const buffer = Buffer.from(`name,roles,employees\nAlder ${index},customer,12\nBirch,Kunde,many\n,partner,1\n`);
      await page.setInputFiles('[name=file]', { name: 'accounts.csv', mimeType: 'text/csv', buffer });
      await page.click('.form-actions button');
      await page.waitForURL('**/columns');
      expect(await examineAsItIs(page)).to.deep.equal(nothing);

      await page.click('button[value=check]');
      await page.waitForURL(/\/imports\/[^/]+$/);
      await untilThere(page, 'form[action$="/run"]');
      expect(await examineAsItIs(page)).to.deep.equal(nothing);

      await page.click('form[action$="/run"] button');
      await untilThere(page, 'form[action$="/undo"]');
      expect(await examineAsItIs(page)).to.deep.equal(nothing);
    }
  });

  /** Long work has come so far that the page offers something. */
  async function untilThere(page: Page, selector: string): Promise<void> {
    while ((await page.locator(selector).count()) === 0) {
      await host.settle();
      await page.reload();
    }
  }

  it('the densest pages: are right in Chinese', async () => {
    await host.as(host.manager).patch('/api/v1/me/preferences', { locale: 'zh-CN' });
    for (const look of crossedLooks) {
      const page = await (await openContext(browser, host, host.manager, look)).newPage();
      for (const kind of ['timeline', 'list by a view', '/day', '/calendar']) {
        const found = await examinePage(page, host.url + (addresses[kind] ?? kind));

        expect(await page.getAttribute('html', 'lang')).to.equal('zh-CN');
        expect(found).to.deep.equal(nothing);
      }
    }
  });
});

/** Ticks a row of a list and asks what to do with it. */
async function changeTicked(page: Page, action = 'update'): Promise<void> {
  await page.check('tbody tr:first-child .row-check');
  await page.click(`.bulk button[value=${action}]`);
}
