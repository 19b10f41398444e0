import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { openContext } from '../support/host-browser.js';
import { crossedLooks, examinePage, shareOf } from '../support/page-check.js';

describe('saved views in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: TestHost;
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    host = await createTestHost();
    running.unshift(() => host.close());
    for (const [name, country, employees] of [
      ['Alder', 'Chile', 10],
      ['Birch', 'Peru', 500],
      ['Cedar', 'Norway', 20],
    ])
      await host.as(host.admin).post('/api/v1/accounts', { name, country, employees });
  });

  after(() => Promise.all(running.map((stop) => stop())));

  const open = async (user = host.user, options = {}): Promise<Page> =>
    (await openContext(browser, host, user, options)).newPage();
  const rows = (page: Page): Promise<readonly string[]> => page.locator('.row-link').allTextContents();

  for (const withoutScripts of [false, true]) {
    it(`are built from a filter, shared and opened by somebody else, ${withoutScripts ? 'without' : 'with'} scripts`, async () => {
      const page = await open(host.user, { withoutScripts });
      const name = withoutScripts ? 'Without scripts' : 'With scripts';
      await page.goto(`${host.url}/accounts/filter`);
      const choose = async (control: string, value: string): Promise<void> => {
        await page.selectOption(`[name="${control}"]`, value);
        if (withoutScripts) await page.click('button[value=update]');
        await page.waitForSelector(`[name="${control}"] option[value="${value}"][selected]`, { state: 'attached' });
      };

      await choose('m', 'any');
      await page.fill('[name="n.0.value.0"]', 'ald');
      await page.click('button[value="add:"]');
      await page.waitForSelector('[name="n.1.field"]');
      await choose('n.1.field', 'employees');
      await choose('n.1.op', 'gt');
      await page.fill('[name="n.1.value.0"]', '100');
      await page.click('.form-actions button[value=apply]');
      await page.waitForSelector('.chip:has-text("or")');
      expect((await rows(page)).toSorted()).to.deep.equal(['Alder', 'Birch']);

      await page.click('a:has-text("Save as view")');
      await page.fill('[name=name]', name);
      await page.check('[name=visibility][value=everyone]');
      await page.click('.view-editor .form-actions button');
      await page.waitForSelector(`.tab[aria-current]:has-text("${name}")`);

      const theirs = await open(host.readOnly);
      await theirs.goto(`${host.url}/accounts`);
      await theirs.click(`.tab:has-text("${name}")`);
      await theirs.waitForSelector(`.tab[aria-current]:has-text("${name}")`);
      expect((await rows(theirs)).toSorted()).to.deep.equal(['Alder', 'Birch']);
      await Promise.all([page.context().close(), theirs.context().close()]);
    });
  }

  it('open their dialogs over the list, and show chosen columns in their order', async () => {
    const page = await open();
    await page.goto(`${host.url}/accounts?view=none`);

    await page.click('a:has-text("Columns")');
    await page.waitForSelector('#dialog[open] .columns-editor');
    await page.click('#dialog [value="up:country"]');
    await page.waitForSelector('#dialog .column-row:nth-child(2):has-text("Country")');
    await page.uncheck('#dialog [name="shown.employees"]');
    await page.selectOption('#dialog [name="sort-0"]', 'name');
    await page.click('#dialog .form-actions [value=apply]');

    await page.waitForURL(/columns=/);
    const heads = (await page.locator('thead th[scope=col]').allTextContents()).map((text) => text.trim());
    expect(heads.slice(0, 3)).to.deep.equal(['Name', 'Country', 'Industry']);
    expect(heads).to.not.include('Employees');
    expect(await rows(page)).to.deep.equal(['Alder', 'Birch', 'Cedar']);
    await page.context().close();
  });

  it('change a cell by click and keyboard, and say in place when somebody else was first', async () => {
    const page = await open(host.admin);
    await page.goto(`${host.url}/accounts?view=none&sort=name`);

    await page.click('tbody tr:nth-child(1) [data-edit=country]');
    await page.fill('.cell-edit input[name=country]', 'Bolivia');
    await page.keyboard.press('Enter');
    await page.waitForSelector('tbody tr:nth-child(1) [data-edit=country]:has-text("Bolivia")');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForSelector('tbody tr:nth-child(2) .cell-edit');
    await host.sql(`update core.accounts set version = version + 1 where name = 'Birch'`);
    await page.fill('.cell-edit input[name=country]', 'Ecuador');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.cell-edit .field-error');
    await page.keyboard.press('Escape');

    await page.waitForSelector('tbody tr:nth-child(2) [data-edit=country]:focus');
    expect(await page.textContent('tbody tr:nth-child(2) [data-edit=country]')).to.contain('Peru');
    await page.context().close();
  });

  const dialogs = ['/accounts/filter?filter[owner]=me&filter[updatedAt]=last_30_days', '/accounts/columns'];
  for (const [index, address] of dialogs.entries()) {
    it(`${address}: is right light on a desk and dark on a phone, in short runs in one of them`, async () => {
      for (const look of shareOf(crossedLooks, index)) {
        const page = await open(host.user, look);
        const found = await examinePage(page, host.url + address);

        expect(found).to.deep.equal({ violations: [], overflowPx: 0, errors: [] });
        await page.context().close();
      }
    });
  }

  it('are right on a list, light on a desk and dark on a phone, in short runs in one of them', async () => {
    const { body } = await host.as(host.user).post('/api/v1/views', {
      ...{ entity: 'core.account', name: 'A view with quite a long name', visibility: 'everyone' },
      where: {
        any: [
          { field: 'owner', value: 'me' },
          { field: 'updatedAt', op: 'gt', value: '-7d' },
        ],
      },
    });
    for (const look of shareOf(crossedLooks, 0)) {
      const page = await open(host.user, look);
      for (const address of [`/accounts?view=${String(body['id'])}&sort=name`, `/views/${String(body['id'])}`])
        expect(await examinePage(page, host.url + address)).to.deep.equal({
          violations: [],
          overflowPx: 0,
          errors: [],
        });
      await page.context().close();
    }
  });
});
