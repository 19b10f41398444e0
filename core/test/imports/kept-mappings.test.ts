import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

const path = '/api/v1/import-mappings';
const csv = { 'Content-Type': 'text/csv' };

interface Mapping {
  readonly id: string;
  readonly name: string;
  readonly isOwn: boolean;
  readonly plan: { readonly columns: object; readonly match: string };
}

describe(path, function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const plan = {
    entity: 'core.account',
    columns: { Firma: { field: 'name' }, Mitarbeiter: { field: 'employees' } },
    match: 'name',
  };
  const keep = async (user: TestUser, name: string, isShared = false, more: object = {}): Promise<Mapping> => {
    const { status, body } = await host.as(user).post(path, { name, isShared, plan: { ...plan, ...more } });
    expect(status).to.equal(201);
    return body['data'] as unknown as Mapping;
  };
  const namesOf = async (user: TestUser, query = ''): Promise<readonly string[]> => {
    const { body } = await host.as(user).get(`${path}${query}`);
    return (body['data'] as unknown as readonly Mapping[]).map(({ name }) => name);
  };

  it('keeps a mapping under a name, gives it back and forgets it', async () => {
    const { id, ...kept } = await keep(host.manager, 'Kept');
    const { id: again } = await keep(host.manager, 'kept', false, { match: 'none' });
    const { body } = await host.as(host.manager).get(`${path}/${id}`);
    const gone = await host.as(host.manager).delete(`${path}/${id}`);

    expect(kept).to.deep.equal({
      ...{ name: 'Kept', isShared: false, isOwn: true },
      plan: { ...plan, mode: 'both', blanks: 'keep', source: 'csv' },
    });
    expect(again).to.equal(id);
    expect(body['data']).to.deep.include({ name: 'kept' }).and.to.have.nested.property('plan.match', 'none');
    expect(gone.status).to.equal(204);
    expect((await host.as(host.manager).get(`${path}/${id}`)).status).to.equal(404);
  });

  it('lists own and shared ones page by page, of what one may import', async () => {
    for (const name of ['List a', 'List b', 'List c']) await keep(host.manager, name, true);
    await keep(host.manager, 'List private');

    const { body } = await host.as(host.admin).get(`${path}?entity=core.account&limit=2`);
    const { next } = body['page'] as unknown as { next: string };

    expect(body['data']).to.have.length(2);
    expect(await namesOf(host.admin, `?limit=2&after=${next}`)).to.deep.equal(['List c']);
    expect(await namesOf(host.admin, '?entity=core.contact')).to.deep.equal([]);
    expect(await namesOf(host.readOnly)).to.deep.equal([]);
  });

  it('is what an import is made with, by its id', async () => {
    const { id } = await keep(host.manager, 'Used', true);

    const { status, headers } = await host
      .as(host.admin)
      .post(`/api/v1/imports?mappingId=${id}`, 'Firma,Mitarbeiter\nMapped by id,7\n', csv);
    await host.settle();

    expect(status).to.equal(202);
    const { body } = await host.as(host.admin).get(headers.get('Location') ?? '');
    expect(body['data']?.['totals']).to.include({ created: 1 });
    const rows = await host.sql('select employees from core.accounts where name = ?', ['Mapped by id']);
    expect(rows).to.deep.equal([{ employees: 7 }]);
  });

  it('answers for private ones of others as for none: reading, using, forgetting', async () => {
    const { id } = await keep(host.manager, 'Mine alone');
    const { id: shared } = await keep(host.manager, 'Ours', true);
    const asAdmin = host.as(host.admin);

    const statuses = [
      await asAdmin.get(`${path}/${id}`),
      await asAdmin.delete(`${path}/${id}`),
      await asAdmin.delete(`${path}/${shared}`),
      await asAdmin.post(`/api/v1/imports?mappingId=${id}`, 'Firma\nA\n', csv),
      await host.as(host.readOnly).get(`${path}/${shared}`),
    ].map(({ status }) => status);

    expect(statuses).to.deep.equal([404, 404, 404, 404, 404]);
  });

  it('refuses what means nothing, and those who may not import', async () => {
    const post = async (user: TestUser | undefined, body: object) => (await host.as(user).post(path, body)).status;
    const wrong = { ...plan, columns: { Firma: { field: 'colour' } } };

    expect(await post(host.admin, { name: 'X', plan: wrong })).to.equal(422);
    expect(await post(host.admin, { name: '', plan })).to.equal(422);
    expect(await post(host.admin, { name: 'X', plan: { ...plan, entity: 'core.nothing' } })).to.equal(422);
    expect(await post(host.readOnly, { name: 'X', plan })).to.equal(403);
    expect(await post(undefined, { name: 'X', plan })).to.equal(401);
    expect((await host.as(host.admin).get(`${path}?limit=0`)).status).to.equal(400);
    expect((await host.as(host.admin).get(`${path}/nothing`)).status).to.be.oneOf([400, 404]);
  });
});
