import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import type { Id } from '@trellis-crm/sdk';
import type * as Sessions from '../../../core/dist/auth/session-store.js';
import type * as Csrf from '../../../core/dist/http/csrf.js';
import { loadCore } from '../support/core-rooms.js';
import { openClient, type Client } from '../support/http.js';
import { pluginFolder, realPluginFolder } from '../support/plugin-folder.js';
import type * as Tokens from '../../../core/dist/auth/api-token-store.js';
import { AnswerCheck } from './answer-check.js';
import { operationsOf, type OpenApi, type Operation } from './document.js';
import type { Supplies } from './requests.js';
import { watchServerLog, type ServerLog } from './server-log.js';

/** A workspace to throw things at, with some records of everything. */
export interface FuzzWorld {
  readonly host: CoreTestHost;
  readonly client: Client;
  readonly log: ServerLog;
  readonly document: OpenApi;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly check: AnswerCheck;
  suppliesOf(operation: Pick<Operation, 'path'>): Promise<Supplies>;
  /** A session of the administrator's: some pages end the one they are asked with. */
  freshBrowser(): Promise<Browser>;
  close(): Promise<void>;
}

/** Session cookie and form token. */
interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}

/** Starts the host and fills it. */
export async function createFuzzWorld(): Promise<FuzzWorld> {
  const host = await createTestHost({ plugins: [await realPluginFolder('sales'), await pluginFolder('lab')] });
  const admin = host.as(host.admin);
  await fill(host);
  const document = (await admin.get('/api/v1/openapi.json')).body as unknown as OpenApi;
  const client = openClient(host.url);
  const browser = await signIn(host, host.admin.userId);
  const callers = await callersOf(host, browser);
  return {
    ...{ host, client, document },
    freshBrowser: () => signIn(host, host.admin.userId),
    log: await watchServerLog(host),
    operations: operationsOf(document),
    check: new AnswerCheck(document),
    suppliesOf: async ({ path }) => ({
      ids: await idsFor(host, path),
      names,
      cursors: await cursorsOf(host, path),
      callers: /me\/(password|tokens)/.test(path) ? callers.toReversed() : callers,
    }),
    async close() {
      client.close();
      await host.close();
    },
  };
}

/** Names that addresses take: what must go on working is only looked at. */
const names = { key: ['user', 'manager', 'read-only', 'nobody'], currency: ['USD', 'EUR', 'XXX'] };

async function fill(host: CoreTestHost): Promise<void> {
  const admin = host.as(host.admin);
  const create = async (path: string, body: object): Promise<string> =>
    String((await admin.post(`/api/v1/${path}`, body)).body['id']);
  const account = await create('accounts', { name: 'Fuzzed' });
  const contact = await create('contacts', { name: 'Fuzzed', accounts: [{ account }] });
  const pipeline = await create('sales/pipelines', { name: 'Fuzzed', position: 1 });
  const stage = await create('sales/stages', { name: 'Fuzzed', pipeline, position: 1 });
  for (const name of ['one', 'two', 'three']) {
    await create('accounts', { name, parent: account });
    await create('sales/deals', { name, stage, account, contact });
    const specimen = await create('lab/specimens', {
      name,
      contact,
      secret: 'hidden',
      readings: [{ value: '1.5', by: contact }],
    });
    await create('lab/shelves', { name, specimen, account });
    await create('teams', { name });
    await host.buildUser({ name: `Fuzzed ${name}` });
  }
}

/** Records of the address's entity first, some of others, and some in the trash; never those the test itself stands on. */
async function idsFor(host: CoreTestHost, path: string): Promise<readonly Id[]> {
  const tables = [
    'core.accounts',
    'core.contacts',
    'core.teams',
    'p_sales.stages',
    'p_sales.deals',
    'p_sales.pipelines',
    'p_lab.specimens',
    'p_lab.shelves',
  ];
  const own = tables.find((table) => path.includes(`/${table.split('.')[1] ?? ''}`));
  const users = await host.sql(`select id from core.users where name like 'Fuzzed%' limit 10`);
  const rows = own === undefined ? [] : await host.sql(`(select id from ${own} order by random() limit 12)`);
  const others = await host.sql(tables.map((table) => `(select id from ${table} limit 2)`).join(' union all '));
  return [...rows, ...rows, ...users, ...others].map(({ id }) => String(id));
}

async function cursorsOf(host: CoreTestHost, path: string): Promise<readonly string[]> {
  if (path.includes('{')) return [];
  const { body } = await host.as(host.admin).get(`${path}?limit=1`);
  const next: unknown = body['page']?.['next'];
  return typeof next === 'string' ? [next] : [];
}

/** The administrator by token, users with fewer rights, nobody, and the administrator in a browser. */
async function callersOf(host: CoreTestHost, { cookie, csrf }: Browser): Promise<Supplies['callers']> {
  const { createToken } = await loadCore<typeof Tokens>('auth/api-token-store.js');
  const people = [host.admin, host.user, host.readOnly];
  const tokens = await Promise.all(
    people.map(({ userId }) =>
      createToken(
        host.workspace.database.knex,
        { userId, name: 'fuzz', scopes: ['*'], expiresAt: null },
        host.workspace.clock.now(),
      ),
    ),
  );
  const bearers = tokens.map(({ token }) => ({ Authorization: `Bearer ${token}` }));
  return [...bearers, {}, { Cookie: cookie, 'X-CSRF-Token': csrf }];
}

async function signIn({ workspace }: CoreTestHost, userId: Id): Promise<Browser> {
  const { createSession } = await loadCore<typeof Sessions>('auth/session-store.js');
  const { csrfTokenOf } = await loadCore<typeof Csrf>('http/csrf.js');
  const session = await createSession(
    workspace.database.knex,
    userId,
    { ip: '127.0.0.1', userAgent: 'fuzz' },
    workspace.clock.now(),
  );
  return { cookie: `trellis_session=${session}`, csrf: csrfTokenOf(session) };
}
