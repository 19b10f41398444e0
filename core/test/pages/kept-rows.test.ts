import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Account, Contact, type Context, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { Identity } from '../../dist/auth/identity.js';
import { operatorIdentity } from '../../dist/auth/special-identities.js';
import type { EndpointRequest } from '../../dist/http/endpoint.js';
import { createKeptRows, keptRowsOf, type DrawnRow, type KeptRows } from '../../dist/pages/list/kept-rows.js';
import { createTestClock } from '../../dist/testing/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { hostConfig, hostTemplate, openHost } from '../../dist/testing/test-template.js';

type Opened = Awaited<ReturnType<typeof openHost>>;
type Of = KeptRows['of'];

const without = (...permissions: readonly string[]): Identity => ({
  ...operatorIdentity({ locale: 'en', timeZone: 'UTC' }),
  reach: (permission) => (permissions.includes(permission) ? null : 'all'),
});

/** Each sees the same record differently. */
const readers = {
  anybody: without(),
  elsewhere: operatorIdentity({ locale: 'en', timeZone: 'Pacific/Auckland' }),
  foreigner: operatorIdentity({ locale: 'zh-CN', timeZone: 'UTC' }),
  spectator: without('core.contact:update'),
  stranger: without('core.account:read'),
} satisfies Record<string, Identity>;
type Reader = keyof typeof readers;
const names = Object.keys(readers) as Reader[];

describe('rows that are kept', function () {
  this.timeout(30_000);
  let home: TestDatabase;
  let opened: Opened;
  let dataDir: string;
  let ctx: Context;
  let account: Id;
  /** Drawn anew for each reader. */
  let expected: Readonly<Record<string, string>>;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'trellis-rows-'));
    const plan = { folders: [], enable: false, config: hostConfig([], dataDir), clock: createTestClock() };
    home = await createTestDatabase({ template: hostTemplate(plan) });
    opened = await openHost(home.url, plan, false);
    const { workspace } = opened;
    const signal = new AbortController().signal;
    const generation = workspace.generation();
    ctx = workspace.context({ generation, module: 'core', identity: readers.anybody, signal });
    account = (await ctx.records(Account).create({ name: 'Acme & Sons' })).id;
    await ctx.records(Contact).create({ name: 'Nadia', accounts: [{ account }] });
    await opened.database.knex('core.contacts').update({ updated_at: '2020-03-05T22:30:00Z' });
    expected = await shownTo(names, (text, _reader, draw) => draw(text).html);
  });

  after(async () => {
    await opened.workspace.close();
    await opened.database.close();
    await home.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('look different to each of the readers, so that a mix-up would be seen', () => {
    expect(new Set(Object.values(expected))).to.have.property('size', names.length);
  });

  it('are what each reader would be shown anyway, whoever looked before', async () => {
    const { of } = createKeptRows(1_000_000);

    expect(await mixedUp(of)).to.deep.equal([]);
  });

  it('are drawn once for each kind of reader', async () => {
    const { of } = createKeptRows(1_000_000);
    let drawn = 0;
    const counted: Of = (text, reader, draw) =>
      of(text, reader, (given) => {
        drawn += 1;
        return draw(given);
      });

    await shownTo([...names, ...names.toReversed(), ...names], counted);

    expect(drawn).to.equal(names.length);
  });

  it('are noticed when they forget who asks', async () => {
    const { of } = createKeptRows(1_000_000);
    const forgetful: Of = (text, reader, draw) => of(text, { ...reader, kind: '' }, draw);

    // The stranger's row has other titles, by which alone it is told apart.
    expect(await mixedUp(forgetful)).to.deep.equal(['elsewhere', 'foreigner', 'spectator']);
  });

  it('are noticed when they forget the titles they show', async () => {
    const { of } = createKeptRows(1_000_000);
    const forgetful: Of = (text, reader, draw) =>
      of(text, reader, (given) => ({ ...draw(given), told: { titles: [], moments: [] } }));

    expect(await mixedUp(forgetful)).to.deep.equal(['stranger']);
  });

  it('show a new title of a record they refer to at once', async () => {
    const { of } = createKeptRows(1_000_000);
    const before = await shownTo(['anybody'], of);
    await ctx.records(Account).update(account, { name: 'Renamed' });
    const after = await shownTo(['anybody', 'stranger'], of);
    await ctx.records(Account).update(account, { name: 'Acme & Sons' });

    expect(before['anybody']).to.contain('>Acme &amp; Sons<').and.not.contain('Renamed');
    expect(after['anybody']).to.contain('>Renamed<').and.not.contain('Acme');
    expect(after['stranger']).to.not.contain('Renamed');
  });

  it('go when there are too many', () => {
    const rows = createKeptRows(5_000);
    const told: DrawnRow['told'] = { titles: [], moments: [] };
    const reader = { kind: 'any', names: { of: () => null, titleOf: () => null }, timeAgo: () => '' };
    const drawn: string[] = [];
    const show = (number: number): string =>
      rows.of(`{"id":"${String(number).padStart(36, '0')}"}`, reader, (text) => {
        drawn.push(text);
        return { html: 'x'.repeat(1_000), told };
      });

    for (const number of [1, 2, 1, 3, 4, 1, 2]) show(number);

    expect(drawn.map((text) => Number(/\d+/.exec(text)?.[0]))).to.deep.equal([1, 2, 3, 4, 2]);
  });

  /** Readers who are shown another row than their own, asking one after the other and in the other order. */
  async function mixedUp(of: Of): Promise<Reader[]> {
    const shown = await shownTo(names, of);
    const again = await shownTo(names.toReversed(), of);
    return names.filter((name) => shown[name] !== expected[name] || again[name] !== expected[name]);
  }

  async function shownTo(asking: readonly Reader[], of: Of): Promise<Record<string, string>> {
    Object.assign(keptRowsOf(opened.workspace.generation()), { of });
    const shown: Record<string, string> = {};
    for (const name of asking) shown[name] = await rowsFor(readers[name]);
    return shown;
  }

  async function rowsFor(identity: Identity): Promise<string> {
    const generation = opened.workspace.generation();
    const match = generation.match('GET', '/contacts');
    if (match.kind !== 'found') throw new Error('nothing answers');
    const request = {
      ...{ generation, identity, session: null, requestId: 'test', method: 'GET' as const },
      ...{ url: new URL('/contacts', 'http://localhost'), params: match.params, query: {}, body: undefined },
      ...{ bodyStream: null, ifVersion: null, isPartial: false, ip: '127.0.0.1', signal: AbortSignal.any([]) },
      ...{ header: () => '', cookie: () => undefined, csrfToken: () => '' },
    } satisfies EndpointRequest;
    const { body } = await match.endpoint.handle(request);
    return /<tbody[^]*<\/tbody>/.exec(String(body))?.[0] ?? '';
  }
});
