import { randomUUID } from 'node:crypto';
import { createTestHost } from '@trellis-crm/sdk/testing';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('/api/v1/tags', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const admin = () => host.as(host.admin);
  const make = async (name: string): Promise<string> => {
    const { status, body } = await admin().post('/api/v1/tags', { name });
    expect(status).to.equal(201);
    return String(body['id']);
  };
  const change = (id: string, patch: object, version: string) =>
    admin().patch(`/api/v1/tags/${id}`, patch, { 'If-Match': version });
  const tagged = async (name: string): Promise<string> => {
    const { body } = await admin().post('/api/v1/accounts', { name: `Tagged ${name}` });
    await admin().request('PUT', `/api/v1/accounts/${String(body['id'])}/tags/${name}`);
    return String(body['id']);
  };

  it('lists all with their uses for administrators', async () => {
    await tagged('counted');

    const { body } = await admin().get('/api/v1/tags');

    const found = (body['data'] as unknown as { name: string; uses: number }[]).find(({ name }) => name === 'counted');
    expect(found).to.include({ uses: 1 });
    expect((await host.as().get('/api/v1/tags')).status).to.equal(401);
  });

  it('renames and recolours, once per name', async () => {
    const id = await make('First');
    await make('Second');

    const changed = await change(id, { name: 'Renamed', tone: 'bad' }, '"1"');
    const taken = await change(id, { name: 'SECOND' }, '"2"');
    const stale = await change(id, { name: 'Late' }, '"1"');

    expect([changed.status, changed.body]).to.deep.equal([
      200,
      { id, name: 'Renamed', tone: 'bad', version: 2, uses: 0 },
    ]);
    expect([taken.status, taken.body['code']]).to.deep.equal([409, 'tag_name_taken']);
    expect(stale.status).to.equal(412);
    expect((await change(id, { tone: 'pink' }, '"2"')).status).to.equal(422);
    expect((await change(randomUUID(), { name: 'x' }, '"1"')).status).to.equal(404);
    expect((await admin().post('/api/v1/tags', { name: 'renamed' })).status).to.equal(409);
  });

  it('merges two: records have the other one, once', async () => {
    const account = await tagged('from');
    await admin().request('PUT', `/api/v1/accounts/${account}/tags/into`);
    const other = await tagged('from');
    const { body } = await admin().get('/api/v1/tags');
    const idOf = (name: string): string =>
      (body['data'] as unknown as { id: string; name: string }[]).find((one) => one.name === name)?.id ?? '';

    const merged = await admin().post(`/api/v1/tags/${idOf('from')}/merge`, { into: idOf('into') });

    expect([merged.status, merged.body['uses']]).to.deep.equal([200, 2]);
    const rest = await admin().get(`/api/v1/accounts/${other}/tags`);
    expect((rest.body['data'] as unknown as { name: string }[]).map(({ name }) => name)).to.deep.equal(['into']);
    expect((await admin().post(`/api/v1/tags/${idOf('from')}/merge`, { into: idOf('into') })).status).to.equal(404);
    expect((await admin().post(`/api/v1/tags/${idOf('into')}/merge`, { into: idOf('into') })).status).to.equal(409);
  });

  it('deletes one, from its records too', async () => {
    const account = await tagged('leaving');
    const { body } = await admin().get('/api/v1/tags');
    const id =
      (body['data'] as unknown as { id: string; name: string }[]).find(({ name }) => name === 'leaving')?.id ?? '';

    const gone = await admin().delete(`/api/v1/tags/${id}`, { 'If-Match': '"1"' });

    expect(gone.status).to.equal(204);
    expect((await admin().get(`/api/v1/accounts/${account}/tags`)).body).to.deep.equal({ data: [] });
  });

  it('is for administrators', async () => {
    const id = await make('Kept');
    const { status } = await host.as(host.user).post('/api/v1/tags', { name: 'mine' });
    const other = await host.as(host.user).delete(`/api/v1/tags/${id}`, { 'If-Match': '*' });

    expect([status, other.status]).to.deep.equal([403, 403]);
  });
});
