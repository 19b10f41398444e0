import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';

import type { PageModel, ViewEngine, ViewEnv } from '../../core/dist/views/index.js';
import { launchChromium } from '../support/chromium.js';
import { startKitServer, type KitServer } from '../support/kit-server.js';

describe('the kit in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let server: KitServer;
  const running: (() => Promise<void>)[] = [];
  let page: Page;

  before(async function () {
    browser = await launchChromium(this);
    running.push(() => browser.close());
    server = await startKitServer({
      '/board': buildBoard,
      '/deals/1/stage': buildBoard,
      '/form': buildForm,
      '/find?q=che': findAccounts,
    });
    running.push(() => server.stop());
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    server.posted.length = 0;
  });

  afterEach(() => page.close());

  after(() => Promise.all(running.map((stop) => stop())));

  it('moves a tile by its menu, with the forgery token, without leaving the page', async () => {
    await page.goto(`${server.url}/board`);

    await page.click('#tile-1 .tile-menu');
    const answered = page.waitForResponse('**/deals/1/stage');
    await page.click('#move-1 button:has-text("Won")');
    await answered;

    expect(server.posted).to.deep.equal(['/deals/1/stage token-1 _csrf=token-1&_version=7&stage=won']);
    expect(new URL(page.url()).pathname).to.equal('/board');
  });

  it('moves a tile by dragging it, as the menu would', async () => {
    await page.goto(`${server.url}/board`);
    await page.waitForSelector('script[src*="sortable"]', { state: 'attached' });
    await page.waitForLoadState('networkidle');

    const answered = page.waitForResponse('**/deals/1/stage');
    await dragTile(page, '#tile-1', '#tiles-won');
    await answered;

    expect(server.posted).to.have.length(1);
    expect(server.posted[0]).to.include('token-1').and.to.include('stage=won').and.to.include('_version=7');
  });

  it('works without scripts: the menu entry is a button of a form', async () => {
    await page.goto(`${server.url}/board`);

    const form = page.locator('#move-1 form');

    expect(await form.getAttribute('method')).to.equal('post');
    expect(await form.getAttribute('action')).to.equal('/deals/1/stage');
  });

  it('goes to another page without loading scripts again and puts the focus there', async () => {
    await page.goto(`${server.url}/board`);
    await page.evaluate('window.isSameDocument = true');

    await page.click('.nav-link[href="/form"]');
    await page.waitForURL('**/form');

    expect(await page.evaluate('window.isSameDocument')).to.equal(true);
    await page.waitForSelector('#main:focus');
  });

  it('finds a record as one types and sends its id', async () => {
    await page.goto(`${server.url}/form`);

    await page.getByRole('combobox', { name: 'Account' }).fill('che');
    await page.getByRole('option', { name: 'Cheers' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');

    expect(await page.getByRole('combobox', { name: 'Account' }).inputValue()).to.equal('Cheers');
    expect(await page.locator('select[name=account]').inputValue()).to.equal('account-9');
  });

  it('switches between light and dark and remembers it for the next page', async () => {
    await page.goto(`${server.url}/board`);

    await page.click('[data-theme-toggle]');

    expect(await page.evaluate('document.documentElement.dataset.theme')).to.equal('dark');
    expect(await page.evaluate('document.cookie')).to.include('theme=dark');
  });

  it('opens a dialog, keeps the focus in it and closes it with Escape', async () => {
    await page.goto(`${server.url}/dev/ui`);

    await page.click('[commandfor="dialog-example"]');
    const isOpen = await page.locator('#dialog-example').isVisible();
    await page.keyboard.press('Escape');

    expect([isOpen, await page.locator('#dialog-example').isVisible()]).to.deep.equal([true, false]);
  });

  it('keeps one event stream for all tabs of a browser, and every tab hears of a change', async () => {
    const context = await browser.newContext();
    const tabs = [await context.newPage(), await context.newPage()];
    for (const tab of tabs) {
      await tab.goto(`${server.url}/form`);
      await tab.evaluate(`document.addEventListener('live:sales.deal', (event) => (document.title = event.detail.id))`);
    }
    await waitUntil(() => server.streams.size > 0);
    const open = server.streams.size;

    for (const stream of server.streams) stream.write('data: {"topic":"sales.deal","id":"deal-7"}\n\n');
    await waitUntil(async () =>
      (await Promise.all(tabs.map((tab) => tab.title()))).every((title) => title === 'deal-7'),
    );
    await context.close();

    expect(open).to.equal(1);
  });

  it('tells of a server error in a toast and leaves the form as it was', async () => {
    // Before the page comes: one that stands may send its next request by the way it had, past a route that is only just laid.
    await page.route('**/form', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 500, headers: { 'x-request-id': 'r-42' }, body: 'x' })
        : route.continue(),
    );
    await page.goto(`${server.url}/form`);

    await page.fill('[name=city]', 'Rotterdam');
    await page.press('[name=city]', 'Enter');
    await page.waitForSelector('#toasts [data-toast]');

    expect(await page.textContent('#toasts')).to.include('r-42');
    expect(await page.inputValue('[name=city]')).to.equal('Rotterdam');
  });
});

async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function dragTile(page: Page, tile: string, lane: string): Promise<void> {
  const [from, to] = [await page.locator(tile).boundingBox(), await page.locator(lane).boundingBox()];
  if (!from || !to) throw new Error('tile or lane is not visible');
  await page.mouse.move(from.x + 40, from.y + from.height - 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + from.height, { steps: 5 });
  await page.mouse.move(to.x + 60, to.y + 30, { steps: 10 });
  await page.mouse.up();
}

function buildBoard(engine: ViewEngine, env: ViewEnv): PageModel {
  const moves = [{ value: 'won', label: 'Won' }];
  const tile = { id: '1', title: 'GTX Plus Pro', href: '/deals/1', version: 7, moveAction: '/deals/1/stage', moves };
  const lanes = [
    { id: 'open', title: 'Open', tiles: [tile] },
    { id: 'won', title: 'Won', tiles: [] },
  ];
  const html = engine.render('ui-board', { label: 'Deals', laneField: 'stage', canMove: true, lanes }, env);
  return { title: 'Board', layout: 'app', blocks: [{ name: 'board', html }] };
}

function findAccounts(engine: ViewEngine, env: ViewEnv): string {
  return engine.render('ui-lookup-options', { options: [{ value: 'account-9', label: 'Cheers' }] }, env).toHTML();
}

function buildForm(engine: ViewEngine, env: ViewEnv): PageModel {
  const body = engine.render('ui-field', { name: 'city', label: 'City' }, env);
  const html = engine.render('ui-form', { action: '/form', target: '#block-form', body }, env);
  const lookup = { kind: 'lookup', name: 'account', label: 'Account', options: [], searchHref: '/find' };
  const blocks = [
    { name: 'form', html },
    { name: 'lookup', html: engine.render('ui-field', lookup, env) },
  ];
  return { title: 'Form', layout: 'app', blocks };
}
