import type { TestClient, TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

/** Whose record it is, as the user sees it. */
type Relation = 'own' | 'team' | 'elsewhere';

const relations: readonly Relation[] = ['own', 'team', 'elsewhere'];

/** What the presets promise: records whose owner is the user's, a colleague's or somebody's elsewhere. */
const promises: Readonly<
  Record<string, { readonly reads: readonly Relation[]; readonly writes: readonly Relation[] }>
> = {
  admin: { reads: relations, writes: relations },
  manager: { reads: relations, writes: ['own', 'team'] },
  user: { reads: relations, writes: ['own'] },
  'read-only': { reads: relations, writes: [] },
  nobody: { reads: [], writes: [] },
};

describe('records over HTTP', () => {
  let host: TestHost;
  let stranger: TestUser;

  before(async () => {
    host = await createTestHost();
    const elsewhere = await host.buildTeam({ name: 'Elsewhere' });
    stranger = await host.buildUser({ name: 'Stranger', teamId: elsewhere.id });
  });

  after(() => host.close());

  const actorOf = (role: string): TestUser | undefined =>
    ({ admin: host.admin, manager: host.manager, user: host.user, 'read-only': host.readOnly })[role];

  /** Somebody of the same team who is not the actor. */
  const ownerOf = (role: string, relation: Relation): TestUser => {
    if (relation === 'elsewhere') return stranger;
    const actor = actorOf(role) ?? host.user;
    return relation === 'own' ? actor : actor === host.user ? host.readOnly : host.user;
  };

  const rows = async (): Promise<string> =>
    JSON.stringify(await host.sql('select id, version, deleted_at, owner_id, name from core.accounts order by id'));

  const build = async (owner: TestUser): Promise<string> => {
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Kept', owner: owner.userId });
    return idOf(body);
  };

  for (const [role, { reads, writes }] of Object.entries(promises)) {
    it(`gives ${role} what the preset promises, and changes no row otherwise`, async () => {
      for (const relation of relations) {
        const id = await build(ownerOf(role, relation));
        const path = `/api/v1/accounts/${id}`;
        const client = host.as(actorOf(role));
        const isWriter = writes.includes(relation);
        const before = await rows();

        const read = await client.get(path);
        const patch = await attempt(client, 'patch', path);
        const afterPatch = await rows();
        const trash = await attempt(client, 'delete', path);
        const afterTrash = await rows();

        const what = `${role} ${relation}`;
        const refusal = role === 'nobody' ? 401 : 403;
        expect(read.status, what).to.equal(reads.includes(relation) ? 200 : refusal);
        expect([patch.status, trash.status], what).to.deep.equal(isWriter ? [200, 204] : [refusal, refusal]);
        expect([before === afterPatch, afterPatch === afterTrash], what).to.deep.equal([!isWriter, !isWriter]);
      }
    });
  }

  it('answers every kind of bad input with a problem that points at it', async () => {
    const admin = host.as(host.admin);
    const id = await build(host.admin);
    const answers = [
      await admin.get('/api/v1/accounts?filter[color]=red'),
      await admin.get('/api/v1/accounts?sort=color'),
      await admin.get('/api/v1/accounts?after=broken'),
      await admin.get('/api/v1/accounts?filter[name]=a&filter[name]=b'),
      await admin.get('/api/v1/accounts/not-an-id'),
      await admin.get('/api/v1/accounts/01890000-0000-7000-8000-000000000000'),
      await admin.post('/api/v1/accounts', { name: 'x', color: 'red' }),
      await admin.post('/api/v1/accounts', { name: 7 }),
      await admin.post('/api/v1/accounts', { name: 'x'.repeat(201) }),
      await admin.post('/api/v1/accounts', { name: 'x', roles: ['enemy'] }),
      await admin.post('/api/v1/accounts', []),
      await admin.patch(`/api/v1/accounts/${id}`, { name: 'y' }),
      await admin.patch(`/api/v1/accounts/${id}`, { name: 'y' }, { 'If-Match': '"99"' }),
      await admin.patch(`/api/v1/accounts/${id}`, { name: 'y' }, { 'If-Match': 'x' }),
    ];

    const told = answers.map(({ status, body }) => {
      const { code, errors } = JSON.parse(JSON.stringify(body)) as { code: string; errors?: { pointer: string }[] };
      return `${status} ${code} ${errors?.map(({ pointer }) => pointer).join() ?? ''}`.trim();
    });
    expect(told).to.deep.equal([
      '400 invalid_query ?filter[color]',
      '400 invalid_query ?sort',
      '400 invalid_query ?after',
      '400 duplicate_parameter ?filter[name]',
      '404 not_found',
      '404 account_not_found',
      '422 invalid_record /color',
      '422 invalid_record /name',
      '422 invalid_record /name',
      '422 invalid_record /roles/0',
      '422 not_valid',
      '428 if_match_required',
      '412 stale_version',
      '400 malformed_if_match',
    ]);
  });

  it('describes every endpoint of the API in OpenAPI', async () => {
    const { body } = await host.as(host.user).get('/api/v1/openapi.json');
    const document = JSON.parse(JSON.stringify(body)) as {
      paths: Record<string, Record<string, { operationId?: string }>>;
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

    expect(Object.keys(document.paths)).to.include.members([
      '/api/v1/accounts',
      '/api/v1/accounts/{id}',
      '/api/v1/session',
      '/api/v1/plugins',
    ]);
    expect(operations.filter(({ operationId }) => operationId === undefined)).to.deep.equal([]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).to.equal(operations.length);
  });
});

function attempt(client: TestClient, verb: 'patch' | 'delete', path: string) {
  const headers = { 'If-Match': '*' };
  return verb === 'patch' ? client.patch(path, { name: 'Taken' }, headers) : client.delete(path, headers);
}

function idOf(body: unknown): string {
  return (JSON.parse(JSON.stringify(body)) as { id: string }).id;
}
