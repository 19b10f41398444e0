import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Account } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { operatorIdentity } from '../../dist/auth/special-identities.js';
import type { Endpoint, EndpointRequest } from '../../dist/http/endpoint.js';
import { createTestClock } from '../../dist/testing/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { hostConfig, hostTemplate, openHost } from '../../dist/testing/test-template.js';

type Opened = Awaited<ReturnType<typeof openHost>>;

const operator = operatorIdentity({ locale: 'en', timeZone: 'UTC' });

describe('the queries of a page', function () {
  this.timeout(30_000);
  let home: TestDatabase;
  let opened: Opened;
  let dataDir: string;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'trellis-queries-'));
    const plan = { folders: [], enable: false, config: hostConfig([], dataDir), clock: createTestClock() };
    home = await createTestDatabase({ template: hostTemplate(plan) });
    opened = await openHost(home.url, plan, false);
    const { workspace } = opened;
    const signal = new AbortController().signal;
    const ctx = workspace.context({ generation: workspace.generation(), module: 'core', identity: operator, signal });
    const parent = await ctx.records(Account).create({ name: 'Parent' });
    const names = Array.from({ length: 40 }, (_, number) => `Account ${String(number)}`);
    await ctx
      .records(Account)
      .createMany(names.map((name, place) => ({ name, parent: parent.id, country: place < 2 ? 'Two' : 'Many' })));
  });

  after(async () => {
    await opened.workspace.close();
    await opened.database.close();
    await home.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('of a list are as many for two rows as for thirty-eight', async () => {
    const two = await statementsOf('/accounts?filter[country]=Two');
    const many = await statementsOf('/accounts?filter[country]=Many');

    expect(many).to.have.length(two.length);
    expect(many.length).to.be.at.most(4);
  });

  it('of a record page stay few', async () => {
    const [row] = await opened.database.knex('core.accounts').where({ name: 'Parent' }).select<{ id: string }[]>('id');

    const statements = await statementsOf(`/accounts/${row?.id ?? ''}`);

    expect(statements.length).to.be.at.most(12);
  });

  /** Statements the page's handler runs; signing in and the like are not among them. */
  async function statementsOf(address: string): Promise<string[]> {
    const seen: string[] = [];
    const note = ({ sql }: { readonly sql: string }): void => void seen.push(sql);
    opened.database.knex.on('query', note);
    const { status } = await answer(address);
    opened.database.knex.off('query', note);
    expect(status).to.equal(200);
    return seen.filter((sql) => !/^(begin|commit)/i.test(sql));
  }

  function answer(address: string): ReturnType<Endpoint['handle']> {
    const { workspace } = opened;
    const generation = workspace.generation();
    const url = new URL(address, 'http://localhost');
    const match = generation.match('GET', url.pathname);
    if (match.kind !== 'found') throw new Error(`nothing answers ${address}`);
    const request = {
      ...{ generation, identity: operator, session: null, requestId: 'test', method: 'GET' as const, url },
      ...{ params: match.params, query: Object.fromEntries(url.searchParams), body: undefined, bodyStream: null },
      ...{ ifVersion: null, isPartial: false, ip: '127.0.0.1', signal: new AbortController().signal },
      ...{ header: () => '', cookie: () => undefined, csrfToken: () => '' },
    } satisfies EndpointRequest;
    return match.endpoint.handle(request);
  }
});
