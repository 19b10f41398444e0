import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { Browser, BrowserContext, Page } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { idIn, openContext, textOf } from '../support/host-browser.js';

describe('the pages in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: TestHost;
  let context: BrowserContext;
  let page: Page;
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    host = await createTestHost({ plugins: [new URL('../../../plugins/sales/', import.meta.url)] });
    running.unshift(() => host.close());
  });

  beforeEach(async () => {
    context = await openContext(browser, host, host.admin);
    page = await context.newPage();
  });

  afterEach(() => context.close());

  after(() => Promise.all(running.map((stop) => stop())));

  it('adds an account, changes it in place, deletes it and takes that back', async () => {
    await page.goto(`${host.url}/accounts/new`);
    await page.fill('#field-name', 'Northwind Robotics');
    await page.click('button:has-text("Create")');
    await page.waitForSelector('h1:has-text("Northwind Robotics")');

    await page.click('.more-fields summary');
    await page.click('#detail-industry .edit');
    await page.fill('#detail-industry input.input', 'Automation');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.record-meta:has-text("Automation")');

    await page.click('button:has-text("Delete")');
    await page.waitForURL(`${host.url}/accounts`);
    await page.click('.toast button:has-text("Undo")');

    await page.waitForSelector('h1:has-text("Northwind Robotics")');
    expect(await page.textContent('#detail-industry')).to.contain('Automation');
  });

  it('carries no style that an extension or a screenshot gave a field over to the next one', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${host.url}/accounts/new`);
    await page.fill('#field-name', 'Styled by others');
    await page.fill('#field-website', 'no address');
    await page.evaluate(`document.querySelector('#field-name').style.setProperty('color', 'red')`);

    await page.press('#field-name', 'Enter');

    await page.waitForSelector('#field-website-error');
    expect(await page.getAttribute('#field-name', 'style')).to.equal(null);
    expect(complaints.filter((text) => text.includes('Content Security Policy'))).to.deep.equal([]);
  });

  it('saves a form with Enter in a field, whatever other buttons it has', async () => {
    await page.goto(`${host.url}/accounts/new`);
    await page.fill('#field-name', 'By Enter');

    await page.press('#field-name', 'Enter');

    await page.waitForSelector('h1:has-text("By Enter")', { timeout: 15_000 });
  });

  it('leaves a field as it was when editing is given up with Escape', async () => {
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Acme', industry: 'Retail' });
    await page.goto(`${host.url}/accounts/${idIn(body)}`);

    await page.click('#detail-industry .edit');
    await page.fill('#detail-industry input.input', 'Something else');
    await page.keyboard.press('Escape');

    await page.waitForSelector('#detail-industry:not(.is-editing)');
    expect(await page.textContent('#detail-industry')).to.contain('Retail');
  });

  it('shows a form again with what is wrong, and keeps what was typed', async () => {
    await page.goto(`${host.url}/accounts/new`);
    await page.fill('#field-industry', 'Retail');

    await page.click('button:has-text("Create")');

    await page.waitForSelector('#field-name-error');
    expect(await page.inputValue('#field-industry')).to.equal('Retail');
    expect(await page.evaluate('document.activeElement.matches("[role=alert]")')).to.equal(true);
  });

  it('narrows a list by a filter from the menu, in the address, and takes it away again', async () => {
    const api = host.as(host.admin);
    await api.post('/api/v1/accounts', { name: 'Filter me', country: 'Austria' });
    await api.post('/api/v1/accounts', { name: 'Not me', country: 'Chile' });
    await page.goto(`${host.url}/accounts`);

    await page.click('button:has-text("Filter")');
    await page.click('#filters-add summary:has-text("Country")');
    await page.fill('#filter-country', 'austr');
    await page.click('#filters-add details[open] button[type=submit]');
    await page.waitForSelector('.chip');

    expect(decodeURIComponent(page.url())).to.contain('filter[country][contains]=austr');
    expect(await page.textContent('tbody'))
      .to.contain('Filter me')
      .and.not.contain('Not me');
    await page.click('.chip-remove');
    await page.waitForSelector('tbody:has-text("Not me")');
  });

  it('moves a deal on the board by its menu', async () => {
    const api = host.as(host.admin);
    const { body: stages } = await api.get('/api/v1/sales/stages?sort=position');
    const [first, second] = [textOf(stages['data']?.[0]?.['id']), textOf(stages['data']?.[1]?.['name'])];
    await api.post('/api/v1/sales/deals', { name: 'Line 4', stage: first });
    await page.goto(`${host.url}/sales/board`);

    await page.click('.tile:has-text("Line 4") .tile-menu');
    await page.click(`.menu:popover-open button:has-text("${second}")`);

    await page.waitForSelector(`.lane:has(h2:has-text("${second}")) .tile:has-text("Line 4")`);
    expect(await page.locator('.board').count()).to.equal(1);
  });

  it('takes a module away and brings it back while people browse', async () => {
    const other = await context.newPage();
    await other.goto(`${host.url}/accounts`);
    expect(await other.locator('.nav-link:has-text("Deals")').count()).to.equal(1);
    await page.goto(`${host.url}/plugins`);

    await page.click('#plugin-sales .switch');
    await page.waitForSelector('#plugin-sales .switch[aria-checked=false]');
    await other.reload();
    expect(await other.locator('.nav-link:has-text("Deals")').count()).to.equal(0);
    expect((await other.goto(`${host.url}/sales/deals`))?.status()).to.equal(404);

    await page.click('.toast button:has-text("Undo")');
    await page.waitForSelector('#plugin-sales .switch[aria-checked=true]');
    expect((await other.goto(`${host.url}/sales/deals`))?.status()).to.equal(200);
  });
});

describe('the pages without scripts', function () {
  this.timeout(60_000);
  let browser: Browser;
  let host: TestHost;
  let page: Page;
  const running: (() => Promise<unknown>)[] = [];

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    host = await createTestHost();
    running.unshift(() => host.close());
    page = await (await openContext(browser, host, host.admin, { withoutScripts: true })).newPage();
  });

  after(() => Promise.all(running.map((stop) => stop())));

  it('add a contact with two e-mail addresses, row by row', async () => {
    await page.goto(`${host.url}/contacts/new`);
    await page.fill('#field-name', 'Saskia Evers');
    await page.click('[name=_add][value=emails]');
    await page.fill('[name="emails.0.email"]', 'saskia@example.com');
    await page.click('[name=_add][value=emails]');
    await page.fill('[name="emails.1.email"]', 's.evers@example.com');

    await page.click('button:has-text("Create")');

    expect(await page.textContent('h1')).to.equal('Saskia Evers');
    expect(await page.textContent('#detail-emails'))
      .to.contain('saskia@example.com')
      .and.contain('s.evers@example.com');
  });

  it('save a form with Enter in a field', async () => {
    await page.goto(`${host.url}/contacts/new`);
    await page.fill('#field-name', 'By Enter');

    await page.press('#field-name', 'Enter');
    await page.waitForLoadState();

    expect(await page.textContent('h1')).to.equal('By Enter');
  });

  it('change a record by its form, which says what is wrong', async () => {
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Plain' });
    await page.goto(`${host.url}/accounts/${idIn(body)}/edit`);
    await page.fill('[name=employees]', 'many');
    await page.click('button:has-text("Save")');
    expect(await page.textContent('#field-employees-error')).to.contain('whole number');

    await page.fill('[name=employees]', '12');
    await page.click('button:has-text("Save")');

    expect(await page.textContent('h1')).to.equal('Plain');
    expect(await page.textContent('#detail-employees')).to.contain('12');
  });

  it('tells what somebody else saved meanwhile, and saves on top of it when asked again', async () => {
    const api = host.as(host.admin);
    const { body } = await api.post('/api/v1/accounts', { name: 'Shared', industry: 'Retail' });
    await page.goto(`${host.url}/accounts/${idIn(body)}/edit`);
    await api.patch(`/api/v1/accounts/${idIn(body)}`, { industry: 'Logistics' }, { 'If-Match': '*' });
    await page.fill('[name=industry]', 'Automation');

    await page.click('button:has-text("Save")');
    expect(await page.textContent('.alert.warn')).to.contain('Logistics');
    await page.click('button:has-text("Save")');

    expect(await page.textContent('#detail-industry')).to.contain('Automation');
  });
});
