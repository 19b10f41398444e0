import { Account, Activity, type Id } from '@trellis-crm/sdk';
import { createTestHost, type CoreTestHost } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { pdf, png, uploaded } from './sent-files.js';

describe('files of a record', () => {
  let host: CoreTestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const post = async (input: object, user = host.user): Promise<{ readonly id: Id; readonly files: unknown }> => {
    const { status, body, text } = await host.as(user).post('/api/v1/accounts', { name: 'Filed', ...input });
    if (status !== 201) throw new Error(`${status} ${text}`);
    return body as never;
  };
  const patch = (id: Id, body: object, user = host.user) =>
    host.as(user).patch(`/api/v1/accounts/${id}`, body, { 'If-Match': '*' });
  const statusOf = async (id: Id, user = host.user) => (await host.as(user).get(`/api/v1/files/${id}`)).status;

  it('are written by their ids and answered with what the store knows of them', async () => {
    const [contract, logo] = [await uploaded(host, host.user), await uploaded(host, host.user, png, 'logo.png')];

    const { id } = await post({ files: [contract, { id: logo.toUpperCase(), name: 'not this', size: 1 }, contract] });

    const { body } = await host.as(host.user).get(`/api/v1/accounts/${id}`);
    expect(body['files']).to.deep.equal([
      { id: contract, name: 'contract.pdf', type: 'application/pdf', size: pdf.length },
      { id: logo, name: 'logo.png', type: 'image/png', size: png.length },
    ]);
    await host.sql('update core.accounts set kept = null where id = ?', [id]);
    expect((await host.as(host.user).get(`/api/v1/accounts/${id}`)).body).to.deep.equal(body);
    const filled = await host.as(host.user).get('/api/v1/accounts?filter[files][empty]=false');
    expect(idsOf(filled.body['data'])).to.deep.equal([id]);
  });

  it('are read by whoever may read the record and the field, and by nobody else', async () => {
    const stranger = await host.buildUser({ role: 'read-only' });
    const file = await uploaded(host, host.user);
    expect([await statusOf(file), await statusOf(file, stranger)]).to.deep.equal([200, 404]);

    const { id } = await post({ files: [file] });

    expect([await statusOf(file), await statusOf(file, stranger)]).to.deep.equal([200, 200]);
    await host
      .as(host.admin)
      .request('PUT', '/api/v1/roles/read-only/grants', { grants: { 'core.account:read': 'own' } });
    expect([await statusOf(file), await statusOf(file, stranger)]).to.deep.equal([200, 404]);
    await host.as(host.user).delete(`/api/v1/accounts/${id}`, { 'If-Match': '*' });
    expect(await statusOf(file)).to.equal(404);
    await host.as(host.user).post(`/api/v1/accounts/${id}/restoration`);
    expect(await statusOf(file)).to.equal(200);
  });

  it('cannot be taken from somebody who has not attached them yet, in the words for what is absent', async () => {
    const file = await uploaded(host, host.admin);
    const { id } = await post({});

    const answers = [await patch(id, { files: [file] }), await patch(id, { files: [crypto.randomUUID()] })];

    const told = answers.map(({ status, body }) => [status, body['errors']]);
    expect(told[0]).to.deep.equal(told[1]);
    expect(told[0]).to.deep.equal([422, [{ pointer: '/files/0', code: 'unknown_file', message: 'refers to no file' }]]);
    const created = await host.as(host.user).post('/api/v1/accounts', { name: 'X', files: [file] });
    expect(created.status).to.equal(422);
  });

  it('are nobody’s to take while only a record of a plugin that does not run holds them', async () => {
    const file = await uploaded(host, host.user);
    const { id } = await post({});
    await host.sql('create schema p_absent');
    await host.sql('create table p_absent.thing_files (thing_id uuid, position integer, file_id uuid)');
    await host.sql('insert into p_absent.thing_files values (gen_random_uuid(), 0, ?)', [file]);

    const held = [await statusOf(file), (await patch(id, { files: [file] })).status];
    await host.sql('delete from p_absent.thing_files');

    expect(held).to.deep.equal([404, 422]);
    expect([await statusOf(file), (await patch(id, { files: [file] })).status]).to.deep.equal([200, 200]);
  });

  it('may stand in several records, once somebody may read them in one', async () => {
    const file = await uploaded(host, host.user);
    await post({ files: [file] });

    const other = await post({ files: [file] }, host.manager);

    expect(other.files).to.have.length(1);
  });

  it('are counted, and named by ids only', async () => {
    const file = await uploaded(host, host.user);
    const refused = async (files: unknown) => {
      const { status, body } = await host
        .as(host.user)
        .post('/api/v1/activities', { kind: 'note', subject: 'x', files });
      return [status, body['errors']?.['0']?.['code']];
    };

    expect(await refused(Array.from({ length: 21 }, () => crypto.randomUUID()))).to.deep.equal([422, 'too_many']);
    expect((await refused('x'))[0]).to.equal(422);
    expect((await refused(['x']))[0]).to.equal(422);
    expect((await refused([{ id: file, sha256: 'x' }]))[0]).to.equal(422);
    expect((await refused([null]))[0]).to.equal(422);
  });

  it('leave a trace in the history with their names when they are taken out', async () => {
    const file = await uploaded(host, host.user);
    const { id } = await post({ files: [file] });

    await patch(id, { files: [] }, host.manager);

    const [change] = await host.sql(
      `select changes->'files'->'from'->0->>'name' as name, change_set from core.audit_log where record_id = ? and verb = 'updated'`,
      [id],
    );
    expect(change?.['name']).to.equal('contract.pdf');
    expect(await statusOf(file, host.manager)).to.equal(404);
    expect(await statusOf(file)).to.equal(200);
  });

  it('come back with everything else of an undo, but for those that are gone for good', async () => {
    const [gone, kept] = [await uploaded(host, host.user), await uploaded(host, host.user, png, 'logo.png')];
    const { id } = await post({ industry: 'Before', files: [gone, kept] });
    const set = { industry: 'After', files: [] };
    const change = await host.as(host.manager).post('/api/v1/accounts/bulk', { action: 'update', ids: [id], set });
    await host.settle();
    await host.sql('delete from core.files where id = ?', [gone]);

    const undo = await host.as(host.manager).post(`${change.headers.get('Location') ?? ''}/undo`);
    await host.settle();

    const { body } = await host.as(host.user).get(`/api/v1/accounts/${id}`);
    expect([body['industry'], idsOf(body['files'])]).to.deep.equal(['Before', [kept]]);
    const { text } = await host.as(host.manager).get(`${undo.headers.get('Location') ?? ''}/skipped.csv`);
    expect(text).to.contain('file_absent');
  });

  it('move with a merge and come back with its undo', async () => {
    const [one, two] = [await uploaded(host, host.user), await uploaded(host, host.user, png, 'logo.png')];
    const winner = await post({ files: [one] });
    const loser = await post({ files: [two] });

    const merged = await host
      .as(host.manager)
      .post('/api/v1/accounts/merge', { winner: winner.id, losers: [loser.id] });
    const filesOf = async (id: Id) => idsOf((await host.as(host.user).get(`/api/v1/accounts/${id}`)).body['files']);
    const together = await filesOf(winner.id);
    await host.as(host.manager).post(`/api/v1/change-sets/${String(merged.body['changeSet'])}/undo`);
    await host.settle();

    expect(together).to.deep.equal([one, two]);
    expect([await filesOf(winner.id), await filesOf(loser.id)]).to.deep.equal([[one], [two]]);
  });

  it('come into many records at once under the same rules, and out of them again', async () => {
    const [own, foreign] = [await uploaded(host, host.manager), await uploaded(host, host.admin)];
    const records = [await post({}), await post({})];
    const change = (file: string) =>
      host.as(host.manager).post('/api/v1/accounts/bulk', {
        action: 'update',
        ids: records.map(({ id }) => id),
        set: { files: [{ id: file, name: 'not this' }] },
      });
    const filesOf = async () =>
      Promise.all(
        records.map(async ({ id }) => (await host.as(host.user).get(`/api/v1/accounts/${id}`)).body['files']),
      );

    const refused = [await change(foreign), await change(crypto.randomUUID())];
    const taken = await change(own);
    await host.settle();

    expect(refused.map(({ status, body }) => [status, body['errors']?.['0']?.['code']])).to.deep.equal([
      [422, 'unknown_file'],
      [422, 'unknown_file'],
    ]);
    const entry = { id: own, name: 'contract.pdf', type: 'application/pdf', size: pdf.length };
    expect(await filesOf()).to.deep.equal([[entry], [entry]]);
    await host.as(host.manager).post(`${taken.headers.get('Location') ?? ''}/undo`);
    await host.settle();
    expect(await filesOf()).to.deep.equal([[], []]);
  });

  it('are columns of names in exports, and no column for imports', async () => {
    const file = await uploaded(host, host.user);
    await post({ name: 'Exported with files', files: [file] });

    const exported = await host
      .as(host.manager)
      .get('/api/v1/accounts/export?filter[name]=Exported with files&fields=name,files');
    const mapping = { records: [{ entity: 'core.account', fields: { name: 'Name', files: 'Files' } }] };
    const query = `mapping=${encodeURIComponent(JSON.stringify(mapping))}`;
    const imported = await host
      .as(host.manager)
      .post(`/api/v1/imports?${query}`, 'Name,Files\nA,contract.pdf\n', { 'Content-Type': 'text/csv' });

    expect(exported.text).to.contain('Exported with files,contract.pdf');
    expect([imported.status, imported.body['code']]).to.deep.equal([422, 'invalid_mapping']);
  });

  it('are written by services as by the API', async () => {
    const file = await uploaded(host, host.user);
    const records = (await host.context('core', host.user)).records(Activity);

    const made = await records.create({ kind: 'meeting', subject: 'Signing', files: [file] });
    const kept = await records.update(made.id, { files: made.files });

    expect(kept.files.map(({ name }) => name)).to.deep.equal(['contract.pdf']);
    expect(
      (await (await host.context('core', host.user)).records(Account).create({ name: 'None' })).files,
    ).to.deep.equal([]);
  });
});

function idsOf(list: unknown): readonly Id[] {
  return (list as readonly { readonly id: Id }[]).map(({ id }) => id);
}
