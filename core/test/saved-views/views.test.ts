import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('/api/v1/views', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const save = (user: TestUser, body: object = {}) =>
    host.as(user).post('/api/v1/views', { entity: 'core.account', name: 'Mine', ...body });
  const saved = async (user: TestUser, body: object = {}): Promise<string> => {
    const { status, body: view } = await save(user, body);
    expect(status).to.equal(201);
    return String(view['id']);
  };
  const names = async (user: TestUser): Promise<readonly string[]> => {
    const { body } = await host.as(user).get('/api/v1/views?entity=core.account');
    return (body['data'] as unknown as readonly { readonly name: string }[]).map(({ name }) => name);
  };
  const where = {
    any: [
      { field: 'owner', value: 'me' },
      { field: 'updatedAt', op: 'lt', value: '-30d' },
    ],
  };

  it('keeps a view and gives it back', async () => {
    const { status, body, headers } = await save(host.user, { where, sort: ['name'], columns: ['name', 'owner'] });

    const read = await host.as(host.user).get(`/api/v1/views/${String(body['id'])}`);

    expect(status).to.equal(201);
    expect(headers.get('location')).to.equal(`/api/v1/views/${String(body['id'])}`);
    expect(read.headers.get('etag')).to.equal('"1"');
    expect(read.body).to.deep.include({ name: 'Mine', visibility: 'private', where, sort: ['name'], layout: 'list' });
    expect(read.body).to.deep.include({ columns: ['name', 'owner'], canChange: true, isReduced: false });
  });

  it('shows private ones to their owner, those of a team to the team, others to everybody', async () => {
    const { id: teamId } = await host.buildTeam({ name: 'North' });
    const inTeam = await host.buildUser({ name: 'In a team', teamId });
    const colleague = await host.buildUser({ name: 'Beside', teamId });
    for (const visibility of ['private', 'team', 'everyone'])
      await saved(inTeam, { name: `For ${visibility}`, visibility });

    expect(await names(inTeam)).to.deep.equal(['For everyone', 'For private', 'For team']);
    expect(await names(colleague)).to.deep.equal(['For everyone', 'For team']);
    expect(await names(host.readOnly)).to.deep.equal(['For everyone']);
  });

  it('lets owners and admins change what is shared, and nobody else', async () => {
    const id = await saved(host.manager, { name: 'Shared', visibility: 'everyone' });
    const patch = (user: TestUser, version = '*') =>
      host.as(user).patch(`/api/v1/views/${id}`, { name: 'Renamed' }, { 'If-Match': version });

    const [denied, owner, admin] = [await patch(host.user), await patch(host.manager), await patch(host.admin)];

    expect([denied.status, owner.status, admin.status]).to.deep.equal([403, 200, 200]);
    expect((await patch(host.manager, '"1"')).status).to.equal(412);
    expect((await host.as(host.manager).patch(`/api/v1/views/${id}`, { name: 'x' })).status).to.equal(428);
  });

  it('answers for the private view of somebody else as for none', async () => {
    const id = await saved(host.user);
    const absent = '00000000-0000-7000-8000-000000000009';

    for (const user of [host.manager, host.admin]) {
      const [theirs, none] = [
        await host.as(user).get(`/api/v1/views/${id}`),
        await host.as(user).get(`/api/v1/views/${absent}`),
      ];
      expect([theirs.status, none.status]).to.deep.equal([404, 404]);
      expect(theirs.body['detail']).to.equal(none.body['detail']);
    }
  });

  it('deletes and restores', async () => {
    const id = await saved(host.user, { name: 'Gone soon' });

    const gone = await host.as(host.user).delete(`/api/v1/views/${id}`, { 'If-Match': '"1"' });
    const absent = await host.as(host.user).get(`/api/v1/views/${id}`);
    const back = await host.as(host.user).post(`/api/v1/views/${id}/restoration`);

    expect([gone.status, absent.status, back.status]).to.deep.equal([204, 404, 200]);
    expect(await names(host.user)).to.include('Gone soon');
  });

  it('changes parts of what it asks for and leaves the rest', async () => {
    const id = await saved(host.user, { where, sort: ['name'] });

    const { body } = await host
      .as(host.user)
      .patch(`/api/v1/views/${id}`, { columns: ['name'] }, { 'If-Match': '"1"' });

    expect(body).to.deep.include({ where, sort: ['name'], columns: ['name'], version: 2 });
  });

  it('is pinned by everybody for themselves and by admins for a role', async () => {
    const [own, other] = [await saved(host.user), await saved(host.manager, { visibility: 'everyone' })];
    const pin = (user: TestUser, id: string, role = '') =>
      host.as(user).request('PUT', `/api/v1/views/${id}/default${role === '' ? '' : `?role=${role}`}`);

    const answers = [
      await pin(host.user, own),
      await pin(host.user, other),
      await pin(host.user, other, 'user'),
      await pin(host.admin, other, 'user'),
    ];
    const unshared = await pin(host.admin, await saved(host.admin), 'user');

    expect(answers.map(({ status }) => status)).to.deep.equal([204, 204, 403, 204]);
    expect([unshared.status, unshared.body['code']]).to.deep.equal([409, 'view_not_shared']);
    const { body } = await host.as(host.user).get(`/api/v1/views/${other}`);
    expect(body).to.include({ isOwnDefault: true, isRoleDefault: true });
    expect((await host.as(host.user).get(`/api/v1/views/${own}`)).body['isOwnDefault']).to.equal(false);
    await host.as(host.user).delete(`/api/v1/views/${other}/default`);
    expect((await host.as(host.user).get(`/api/v1/views/${other}`)).body['isOwnDefault']).to.equal(false);
  });

  /** Bodies and what is wrong with them. */
  const refused: readonly (readonly [object, string])[] = [
    [{ name: ' ' }, '/name wrong_format'],
    [{ entity: 'core.nothing' }, '/entity unknown_entity'],
    [{ color: 'red' }, '/color unknown_field'],
    [{ where: { any: [{ field: 'color', value: 1 }] } }, '/where/any/0/field unknown_field'],
    [{ where: { all: [{ field: 'updatedAt', value: 'some day' }] } }, '/where/all/0/value wrong_value'],
    [{ sort: ['color'] }, '/sort unknown_field'],
    [{ columns: ['name', 'color'] }, '/columns/1 unknown_field'],
    [{ layout: 'board' }, '/layout not_an_option'],
  ];
  for (const [body, problem] of refused) {
    it(`refuses ${JSON.stringify(body)} at ${problem}`, async () => {
      const { status, body: answer } = await save(host.user, body);

      const errors = answer['errors'] as unknown as readonly { readonly pointer: string; readonly code: string }[];
      expect(status).to.equal(422);
      expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).to.deep.equal([problem]);
    });
  }

  it('asks who it is', async () => {
    expect((await host.as().get('/api/v1/views?entity=core.account')).status).to.equal(401);
    expect((await host.as(host.user).get('/api/v1/views')).status).to.equal(400);
  });
});
