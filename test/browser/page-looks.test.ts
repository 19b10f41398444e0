import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';

import { launchChromium } from '../support/chromium.js';
import { idIn, openContext, textOf } from '../support/host-browser.js';
import { examinePage, looks, shareOf } from '../support/page-check.js';
import { isFullRun } from '../support/scale.js';

/** What is wrong with a page that is right. */
const nothing = { violations: [], overflowPx: 0, errors: [] };

/** By address, or by a name that stands for an address with an id. Looks are phone light, phone dark, desk light, desk dark. */
const mainKinds = ['/', '/accounts', 'account', 'account form', '/sales/board', '/plugins'];
const furtherKinds = [
  ...['/accounts/trash', '/contacts', '/sales/deals', '/users', '/teams', '/roles', '/settings', '/imports', '/me'],
  ...['/search', '/search?q=northwind', '/me/shortcuts'],
  ...['/plugins/sales', '/plugins/sales/plan?verb=remove', '/dead-letters'],
  ...['user', 'filtered list', 'empty list', 'missing page'],
];

describe('each kind of page', function () {
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
    for (const look of looks) pages.push(await (await openContext(browser, host, host.admin, look)).newPage());
    Object.assign(addresses, await fill(host));
  });

  after(() => Promise.all(running.map((stop) => stop())));

  for (const kind of isFullRun ? mainKinds : []) {
    it(`${kind}: is right light and dark, on a desk and on a phone`, () => examine(kind, pages));
  }

  for (const [index, kind] of (isFullRun ? furtherKinds : [...mainKinds, ...furtherKinds]).entries()) {
    it(`${kind}: is right light on a desk and dark on a phone, in short runs in one of them`, () =>
      examine(kind, shareOf(pages.slice(1, 3), index)));
  }

  /** Axe objects to nothing, nothing is wider than the screen, the console is quiet. */
  async function examine(kind: string, seen: readonly Page[]): Promise<void> {
    const found = await Promise.all(seen.map((page) => examinePage(page, host.url + (addresses[kind] ?? kind))));

    expect(found).to.deep.equal(seen.map(() => nothing));
  }
});

/** Some records to look at. @returns addresses of pages that have ids in them */
async function fill(host: TestHost): Promise<Record<string, string>> {
  const api = host.as(host.admin);
  const { body: account } = await api.post('/api/v1/accounts', {
    name: 'Northwind Robotics',
    roles: ['customer', 'partner'],
    industry: 'Automation',
    website: 'https://www.northwind.example/',
    phone: '+31105550142',
    annualRevenue: { amount: '1250000', currency: 'USD' },
    domains: [{ domain: 'northwind.example' }],
    addresses: [{ kind: 'billing', street: 'Weena 12', city: 'Rotterdam' }],
  });
  const id = idIn(account);
  await api.post('/api/v1/contacts', {
    name: 'Saskia Evers',
    emails: [{ email: 'saskia@northwind.example', isPrimary: true }],
    accounts: [{ account: id, role: 'buyer' }],
  });
  const { body: stages } = await api.get('/api/v1/sales/stages?sort=position');
  const stage = textOf(stages['data']?.[0]?.['id']);
  await api.post('/api/v1/sales/deals', {
    name: 'Line 4 automation',
    account: id,
    stage,
    amount: { amount: '9000', currency: 'USD' },
  });
  return {
    account: `/accounts/${id}`,
    'account form': `/accounts/${id}/edit`,
    user: `/users/${host.user.userId}`,
    'filtered list': '/accounts?filter[industry]=Automation&sort=-employees',
    'empty list': '/accounts?filter[industry]=Nothing',
    'missing page': '/accounts/00000000-0000-7000-8000-000000000000',
  };
}
