import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { openContext } from '../support/host-browser.js';

describe('the bar below a list in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: TestHost;
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    host = await createTestHost();
    running.unshift(() => host.close());
    for (const name of ['Alder', 'Birch', 'Cedar']) await host.as(host.admin).post('/api/v1/accounts', { name });
  });

  after(() => Promise.all(running.map((stop) => stop())));

  /** What is read out of the bar, its generated text included. */
  async function barTexts(page: Page): Promise<readonly string[]> {
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const texts = nodes.filter(({ role }) => role?.value === 'StaticText').map(({ name }) => String(name?.value));
    return texts.slice(texts.indexOf('Selected'), texts.indexOf('Selected') + 2);
  }

  for (const withoutScripts of [false, true]) {
    it(`says how many rows are ticked, ${withoutScripts ? 'without' : 'with'} scripts`, async () => {
      const page = await (await openContext(browser, host, host.admin, { withoutScripts })).newPage();
      await page.goto(`${host.url}/accounts`);
      await page.check('tbody tr:nth-child(1) .row-check');
      const one = await barTexts(page);
      await page.check('tbody tr:nth-child(3) .row-check');

      expect(one).to.deep.equal(['Selected', '1']);
      expect(await barTexts(page)).to.deep.equal(['Selected', '2']);
    });
  }
});
