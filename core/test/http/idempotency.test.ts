import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost, TestResponse } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { purgeIdempotencyKeys } from '../../dist/http/idempotency/key-store.js';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** Two records without a transaction of its own, and an answer that must not be kept. */
const register = `
  const Account = { id: 'core.account', module: 'core', noun: 'account' };
  const body = { type: 'object', properties: { name: { type: 'string' }, fails: { type: 'boolean' } }, additionalProperties: false };
  host.routes({
    'POST /pairs': { access: 'signed-in', body, handle: async (ctx, { body }) => {
      const first = await ctx.records(Account).create({ name: body.name });
      if (body.fails) await Promise.reject(new Error('between the two'));
      const second = await ctx.records(Account).create({ name: body.name });
      return { pair: [first.id, second.id] };
    } },
    'POST /secrets': { access: 'signed-in', idempotency: 'once', handle: async (ctx) => {
      const { id } = await ctx.records(Account).create({ name: 'Secret' });
      return { secret: id };
    } },
  });`;

const accounts = '/api/v1/accounts';

describe('the Idempotency-Key of a POST', () => {
  let host: CoreTestHost;
  let home: string;

  before(async function () {
    this.timeout(60_000);
    home = await mkdtemp(join(tmpdir(), 'trellis-keys-'));
    const trellis = { capabilities: ['core.account:create'] };
    const folder = await writePlugin(join(home, 'packages'), { id: 'doings', trellis, register });
    host = await createTestHost();
    await host.as(host.admin).post('/api/v1/plugins', { path: folder });
    await host.enable('doings');
  });

  after(async () => {
    await host.close();
    await rm(home, { recursive: true });
  });

  const post = (key: string, body?: unknown, path = accounts, user = host.admin): Promise<TestResponse> =>
    host.as(user).post(path, body, { 'Idempotency-Key': key });
  const named = async (name: string): Promise<number> =>
    (await host.sql('select id from core.accounts where name = ?', [name])).length;

  it('gives the same answer byte by byte, and changes nothing more', async () => {
    const first = await post('one', { name: 'Once' });
    const second = await post('one', { name: 'Once' });

    expect(first.status).to.equal(201);
    expect(first.headers.get('Idempotency-Replayed')).to.equal(null);
    expect(second.status).to.equal(201);
    expect(second.text).to.equal(first.text);
    for (const name of ['Location', 'ETag', 'Content-Type'])
      expect(second.headers.get(name), name).to.equal(first.headers.get(name));
    expect(second.headers.get('Idempotency-Replayed')).to.equal('true');
    expect(await named('Once')).to.equal(1);
    expect(
      await host.sql("select 1 from core.events where payload->>'id' = ?", [String(first.body['id'])]),
    ).to.have.length(1);
  });

  it('is refused for another body, another address, and in a form that is none', async () => {
    await post('two', { name: 'Two' });

    const otherBody = await post('two', { name: 'Other' });
    const otherPath = await post('two', { name: 'Two' }, '/api/v1/contacts');
    const tooLong = await post('x'.repeat(256), { name: 'Two' });
    const notAscii = await post('\u00e9', { name: 'Two' });
    const longest = await post('x'.repeat(255), { name: 'Longest' });

    for (const answer of [otherBody, otherPath])
      expect(answer.body).to.include({ status: 422, code: 'idempotency_key_reused' });
    for (const answer of [tooLong, notAscii])
      expect(answer.body).to.include({ status: 400, code: 'idempotency_key_malformed' });
    expect(longest.status).to.equal(201);
    expect(await named('Other')).to.equal(0);
  });

  it('belongs to the actor', async () => {
    const mine = await post('shared', { name: 'Shared' });
    const theirs = await post('shared', { name: 'Shared' }, accounts, host.user);

    expect(theirs.status).to.equal(201);
    expect(theirs.body['id']).not.to.equal(mine.body['id']);
    expect(theirs.body['owner']).to.equal(host.user.userId);
    expect((await post('shared', { name: 'Another' }, accounts, host.manager)).status).to.equal(201);
  });

  it('may be used again after a refusal, which keeps nothing', async () => {
    const refused = await post('again', { name: '' });
    const forbidden = await post('again', { name: 'Denied' }, accounts, host.readOnly);
    const done = await post('again', { name: 'Again' });

    expect(refused.status).to.equal(422);
    expect(forbidden.status).to.equal(403);
    expect(done.status).to.equal(201);
  });

  it('answers 409 while the first request is under way, and the answer afterwards', async () => {
    const { body: parent } = await host.as(host.admin).post(accounts, { name: 'Parent' });
    const request = { name: 'Child', parent: parent['id'] };
    const { first, meanwhile } = await whileLocked(
      host,
      String(parent['id']),
      () => post('busy', request),
      () => post('busy', request),
    );

    expect(meanwhile.body).to.include({ status: 409, code: 'idempotency_key_in_flight' });
    expect(meanwhile.headers.get('Retry-After')).to.equal('1');
    expect(first.status).to.equal(201);
    expect((await post('busy', request)).text).to.equal(first.text);
    expect(await named('Child')).to.equal(1);
  });

  it('stands for nothing when the connection broke before the commit', async () => {
    const { body: parent } = await host.as(host.admin).post(accounts, { name: 'Parent' });
    const request = { name: 'Orphan', parent: parent['id'] };
    const { first, meanwhile: killed } = await whileLocked(
      host,
      String(parent['id']),
      () => post('broken', request),
      () =>
        host.sql(`select pg_terminate_backend(pid) as done from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'`),
    );

    expect(killed).to.deep.equal([{ done: true }]);
    expect(first.status).to.equal(503);
    expect(await named('Orphan')).to.equal(0);
    expect((await post('broken', request)).status).to.equal(201);
    expect((await post('broken', request)).status).to.equal(201);
    expect(await named('Orphan')).to.equal(1);
  });

  it("makes a plugin's route one transaction with its answer", async () => {
    const failed = await post('pair', { name: 'Half', fails: true }, '/api/v1/doings/pairs');
    const first = await post('pair', { name: 'Pair' }, '/api/v1/doings/pairs');
    const second = await post('pair', { name: 'Pair' }, '/api/v1/doings/pairs');

    expect(failed.status).to.equal(500);
    expect(await named('Half')).to.equal(0);
    expect(first.status).to.equal(201);
    expect(second.text).to.equal(first.text);
    expect(await named('Pair')).to.equal(2);
  });

  it('keeps no answer that holds a secret: a second time is refused', async () => {
    const first = await post('secret', undefined, '/api/v1/doings/secrets');
    const second = await post('secret', undefined, '/api/v1/doings/secrets');
    const { body: user } = await host.as(host.admin).post('/api/v1/users', { name: 'Ina', email: 'ina@example.com' });
    const invite = `/api/v1/users/${String(user['id'])}/invitation`;
    const link = await post('link', undefined, invite);
    const again = await post('link', undefined, invite);

    expect([first.status, link.status]).to.deep.equal([201, 201]);
    for (const answer of [second, again]) expect(answer.body).to.include({ status: 409, code: 'idempotency_key_used' });
    expect(await named('Secret')).to.equal(1);
    const kept = JSON.stringify(await host.sql('select * from core.idempotency_keys'));
    expect(kept).not.to.include(String(first.body['secret']));
    expect(kept).not.to.include(String(link.body['url']));
  });

  it('frees a key of work that was refused outside a transaction', async () => {
    const missing = '/api/v1/users/01890000-0000-7000-8000-000000000000/invitation';

    expect((await post('lost', undefined, missing)).status).to.equal(404);
    expect((await post('lost', undefined, missing)).status).to.equal(404);
  });

  it('is the hidden field of a form: sent twice it saves once, and both are shown the same', async () => {
    const form = { name: 'From a form', _key: 'form-1' };
    const [first, second] = await Promise.all([
      host.as(host.admin).submit('/accounts/new', form),
      host.as(host.admin).submit('/accounts/new', form),
    ]);

    expect(first.status).to.equal(303);
    expect(second.status).to.equal(303);
    expect(second.headers.get('Location')).to.equal(first.headers.get('Location'));
    expect(await named('From a form')).to.equal(1);
  });

  it('shows a form again that was refused, and takes its key once it is right', async () => {
    const refused = await host.as(host.admin).submit('/accounts/new', { name: '', _key: 'form-2' });
    const saved = await host.as(host.admin).submit('/accounts/new', { name: 'Right now', _key: 'form-2' });

    expect(refused.status).to.equal(422);
    expect(refused.text).to.include('<form');
    expect(saved.status).to.equal(303);
  });

  it('lets a form say what only the database could see', async () => {
    await host.as(host.admin).post('/api/v1/users', { name: 'Una', email: 'una@example.com' });
    const form = { name: 'Una again', email: 'una@example.com', role: 'user', _key: 'form-3' };
    const refused = await host.as(host.admin).submit('/users/new', form);

    expect(refused.status).to.equal(422);
    expect(refused.text).to.include('una@example.com');
  });

  it('is kept for a day and swept then', async () => {
    await post('old', { name: 'Old' });
    const { knex } = host.workspace.database;
    const created = host.clock.now().getTime();

    await purgeIdempotencyKeys(knex, new Date(created + 23.9 * 3_600_000));
    const kept = await host.sql(`select 1 from core.idempotency_keys where key = 'old'`);
    await purgeIdempotencyKeys(knex, new Date(created + 24.1 * 3_600_000));

    expect(kept).to.have.length(1);
    expect(await host.sql(`select 1 from core.idempotency_keys where key = 'old'`)).to.have.length(0);
  });

  it('is described on every POST of the API', async () => {
    const { body } = await host.as(host.admin).get('/api/v1/openapi.json');
    const operations = Object.values(body['paths'] ?? {}).flatMap((path) => path?.['post'] ?? []);

    expect(operations.length).to.be.greaterThan(10);
    for (const { operationId, parameters, responses } of operations as unknown as readonly OpenApiOperation[]) {
      const header = parameters?.find(({ name }) => name === 'Idempotency-Key');
      expect(header?.in, operationId).to.equal('header');
      if (operationId !== 'signIn') expect(responses, operationId).to.include.keys('409', '422');
    }
  });
});

interface OpenApiOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: object;
}

/** Holds an account's row so that the first request waits for it; does the other thing once it does. */
async function whileLocked<T>(
  host: CoreTestHost,
  id: string,
  begin: () => Promise<TestResponse>,
  act: () => Promise<T>,
): Promise<{ readonly first: TestResponse; readonly meanwhile: T }> {
  const { knex } = host.workspace.database;
  const trx = await knex.transaction();
  await trx.raw('select 1 from core.accounts where id = ? for update', [id]);
  const first = begin();
  while ((await waiting(host)) === 0);
  const meanwhile = await act();
  await trx.rollback();
  return { first: await first, meanwhile };
}

async function waiting(host: TestHost): Promise<number> {
  const rows = await host.sql(
    `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length;
}
