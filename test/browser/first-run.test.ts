import { expect } from 'chai';
import type { Browser } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { startFreshServer, type FreshServer } from '../support/fresh-server.js';

describe('the first run in a browser', function () {
  this.timeout(90_000);
  let browser: Browser;
  let server: FreshServer;
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    server = await startFreshServer();
    running.unshift(() => server.stop());
  });

  after(() => Promise.all(running.map((stop) => stop())));

  it('leads from the one-time code through the set-up and the first steps to the first account', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/accounts`);
    await page.waitForURL('**/setup');
    await page.fill('[name=code]', server.setupCode);
    await page.fill('[name=companyName]', 'Oak & Sons');
    await page.fill('[name=name]', 'Ada Lovelace');
    await page.fill('[name=email]', 'ada@example.com');
    await page.fill('[name=password]', 'a rather long sentence');
    await page.check('[name=modules][value=sales]');
    await page.click('button[type=submit]');
    await page.waitForSelector('h1:has-text("Ada")', { timeout: 30_000 });

    expect(await page.textContent('.ws')).to.contain('Oak & Sons');
    expect(await page.textContent('#block-first-steps')).to.contain('2 of 4 done');
    await page.click('#block-first-steps a[href="/accounts/new"]');
    await page.fill('#field-name', 'Northwind Robotics');
    await page.click('button:has-text("Create")');
    await page.waitForSelector('h1:has-text("Northwind Robotics")');
    await page.click('.nav-link[href="/"]');
    await page.waitForSelector('#block-first-steps:has-text("3 of 4 done")');
    expect(await page.textContent('#block-recent')).to.contain('Northwind Robotics');
  });
});
