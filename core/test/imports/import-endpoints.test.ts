import { Account } from '@trellis-crm/sdk';
import { createTestHost, type TestHost, type TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

const csv = { 'Content-Type': 'text/csv' };

describe('POST /api/v1/imports', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('takes a file, runs it as a job and says what became of it', async () => {
    const text = 'name,industry,employees\nAcme,Steel,12\nBeta,Wood,many\n';

    const { status, headers, body } = await post(host.admin, '/api/v1/imports?entity=core.account', text);
    await host.settle();

    expect(status).to.equal(202);
    expect(body['data']).to.include({ state: 'queued', entity: 'core.account', dryRun: false });
    const done = await host.as(host.admin).get(headers.get('Location') ?? '');
    expect(done.body['data']).to.deep.include({ state: 'done', progress: { done: 2, total: 2 } });
    expect(done.body['data']?.['totals']).to.include({ created: 1, refused: 1 });
    expect(done.body['data']?.['problems']?.[0]).to.deep.include({
      line: 3,
      column: 'employees',
      code: 'not_a_whole_number',
    });
    const file = await host.as(host.admin).get(`${headers.get('Location') ?? ''}/refused.csv`);
    expect(file.headers.get('Content-Type')).to.contain('text/csv');
    expect(file.text.split('\r\n')[1]).to.match(/^Beta,Wood,many,/);
    expect((await host.emitted({ id: 'core.account-created' } as never)).length).to.equal(1);
  });

  it('takes a form with the file and its mapping', async () => {
    const mapping = {
      source: 'erp',
      records: [{ entity: 'core.account', match: { externalId: 'no' }, fields: { name: 'company' } }],
    };
    const form = formOf({ mapping: JSON.stringify(mapping), dryRun: 'true' }, 'no,company\n7,Gamma\n');

    const { status, headers } = await host.as(host.admin).post('/api/v1/imports', form.body, form.headers);
    await host.settle();

    expect(status).to.equal(202);
    const { body } = await host.as(host.admin).get(headers.get('Location') ?? '');
    expect(body['data']).to.deep.include({ state: 'done', dryRun: true, fileName: 'companies.csv' });
    expect(body['data']?.['totals']).to.include({ created: 1 });
    expect(await host.sql('select 1 from core.accounts where name = ?', ['Gamma'])).to.deep.equal([]);
  });

  it('ends as failed with the reason when its last attempt failed, and goes on when somebody asks', async () => {
    const { headers } = await post(host.admin, '/api/v1/imports?entity=core.account', 'name\nEpsilon\n');
    const path = headers.get('Location') ?? '';
    const id = path.split('/').at(-1) ?? '';
    const asAdmin = host.as(host.admin);
    await host.sql('alter table core.import_files rename to import_files_away');
    await host.sql(
      `update graphile_worker._private_jobs set max_attempts = 1 where payload->'payload'->>'importId' = ?`,
      [id],
    );

    await host.settle();
    host.clock.advance(60_000);
    await host.settle();

    const given = (await asAdmin.get(path)).body['data'];
    expect(given).to.include({ state: 'failed' });
    expect(given?.['failure'])
      .to.include({ code: 'gave_up' })
      .and.have.property('message')
      .that.contains('"core.import_files" does not exist');
    expect((await asAdmin.get(`/api/v1/jobs/${id}`)).body['data']).to.include({ state: 'failed' });
    const { text } = await asAdmin.page(`/imports/${id}`);
    expect(text).to.contain('The import stopped').and.contain(`action="/imports/${id}/resumption"`);
    await host.sql('alter table core.import_files_away rename to import_files');
    const { status, body } = await asAdmin.post(`${path}/resumption`);
    const again = await asAdmin.post(`${path}/resumption`);
    await host.settle();

    expect([status, body['data']?.['state']]).to.deep.equal([202, 'queued']);
    expect([again.status, again.body['code']]).to.deep.equal([409, 'import_not_resumable']);
    expect((await asAdmin.get(path)).body['data']).to.deep.include({ state: 'done', failure: null });
    expect((await asAdmin.get(`/api/v1/jobs/${id}`)).body['data']).to.include({ state: 'done', message: null });
  });

  it('goes on as a job with what a command was killed at, for who may import it', async () => {
    const { headers } = await post(host.admin, '/api/v1/imports?entity=core.account', 'name\nZeta\n');
    const path = headers.get('Location') ?? '';
    const id = path.split('/').at(-1) ?? '';
    await host.settle();
    await host.sql('delete from core.job_progress where id = ?', [id]);
    await host.sql(
      `update core.imports set state = 'failed', failure = '{"code": "interrupted", "message": "x"}', rows_done = 0, totals = '{}'
       where id = ?`,
      [id],
    );

    const { status } = await host.as(host.admin).submit(`/imports/${id}/resumption`, {});
    await host.settle();

    expect(status).to.equal(303);
    const { body } = await host.as(host.admin).get(path);
    expect(body['data']).to.deep.include({ state: 'done', failure: null, progress: { done: 1, total: 1 } });
    expect((await host.as(host.admin).get(`/api/v1/jobs/${id}`)).body['data']).to.include({ state: 'done' });
    const other = await host.buildUser({ role: 'user' });
    expect((await host.as(other).post(`${path}/resumption`)).status).to.equal(404);
    expect((await host.as(host.admin).page(`/imports/${id}`)).text).to.not.contain('/resumption');
  });

  it('is taken back once, but for what somebody changed, and then makes its records anew', async () => {
    const text = 'key,name\n1,Undone A\n2,Undone B\n3,Undone C\n';
    const query = '/api/v1/imports?entity=core.account&match=externalId:key';
    const { body } = await post(host.admin, query, text);
    const id = String(body['data']?.['id']);
    await host.settle();
    const [kept] = await host.sql('select id from core.accounts where name = ?', ['Undone C']);
    await host
      .as(host.manager)
      .patch(`/api/v1/accounts/${String(kept?.['id'])}`, { industry: 'Steel' }, { 'If-Match': '*' });
    const before = (await host.as(host.admin).page(`/imports/${id}`)).text;

    const asked = await Promise.all([1, 2].map(() => host.as(host.admin).submit(`/imports/${id}/undo`, {})));
    const waiting = (await host.as(host.admin).page(`/imports/${id}`)).text;
    await host.settle();

    expect(before).to.contain(`action="/imports/${id}/undo"`);
    expect(asked.map(({ status }) => status)).to.deep.equal([303, 303]);
    const [undo] = await host.sql(`select count(*) as n from core.change_sets where kind = 'undo'`);
    expect(undo?.['n']).to.equal(1);
    expect(waiting).to.contain('data-live-topics="job:').and.contain('Taking the import back');
    const after = (await host.as(host.admin).page(`/imports/${id}`)).text;
    expect(after).to.contain('This import was taken back: 2 records.').and.contain('1 record was left as it stands');
    const live = 'select name from core.accounts where name like ? and deleted_at is null';
    expect(await host.sql(live, ['Undone%'])).to.deep.equal([{ name: 'Undone C' }]);
    const again = await post(host.admin, query, text);
    await host.settle();
    const { body: done } = await host.as(host.admin).get(again.headers.get('Location') ?? '');
    expect(done['data']?.['totals']).to.include({ created: 2, unchanged: 1, refused: 0 });
  });

  it('cannot go on when it is taken back, however far it came', async () => {
    const { body } = await post(host.admin, '/api/v1/imports?entity=core.account', 'name\nHalf\n');
    const id = String(body['data']?.['id']);
    const changeSet = async (): Promise<string> =>
      String((await host.as(host.admin).get(`/api/v1/imports/${id}`)).body['data']?.['changeSet']);
    const early = await host.as(host.admin).submit(`/imports/${id}/undo`, {});
    await host.settle();
    const stopped = `state = 'failed', failure = '{"code": "gave_up", "message": "x"}'`;
    await host.sql(`update core.imports set ${stopped} where id = ?`, [id]);
    await host.sql(`update core.change_sets set ${stopped} where id = ?`, [await changeSet()]);

    const undone = await host.as(host.admin).post(`/api/v1/change-sets/${await changeSet()}/undo`);
    const resumed = await host.as(host.admin).post(`/api/v1/imports/${id}/resumption`);
    await host.settle();

    expect(early.status).to.equal(404);
    expect([undone.status, resumed.status, resumed.body['code']]).to.deep.equal([202, 409, 'import_undone']);
    expect(
      await host.sql('select 1 from core.accounts where name = ? and deleted_at is null', ['Half']),
    ).to.have.length(0);
  });

  it('is stopped before it began, by those who see it, and leaves nothing to go on with', async () => {
    const { headers } = await post(host.admin, '/api/v1/imports?entity=core.account', 'name\nNever\n');
    const path = headers.get('Location') ?? '';
    const id = path.split('/').at(-1) ?? '';
    const waiting = await host.as(host.admin).page(`/imports/${id}`);
    const other = await host.as(host.user).post(`${path}/cancellation`);

    const { status, body } = await host.as(host.admin).post(`${path}/cancellation`);
    await host.settle();
    const again = await host.as(host.admin).post(`${path}/cancellation`);
    const resumed = await host.as(host.admin).post(`${path}/resumption`);
    const late = await host.as(host.admin).submit(`/imports/${id}/cancellation`, {});
    const page = await host.as(host.admin).page(`/imports/${id}`);

    expect(waiting.text).to.contain(`action="/imports/${id}/cancellation"`);
    expect([other.status, status, body['data']?.['state']]).to.deep.equal([404, 200, 'cancelled']);
    expect([again.status, again.body['code'], resumed.status]).to.deep.equal([409, 'import_over', 409]);
    expect([late.status, page.text.includes('The import was stopped')]).to.deep.equal([303, true]);
    expect(await host.sql(`select 1 from core.accounts where name = 'Never'`)).to.have.length(0);
    expect((await host.as(host.admin).get(`/api/v1/jobs/${id}`)).body['data']).to.include({ state: 'done' });
  });

  it('is there for each entity too, with the entity’s own right to import', async () => {
    const { status, headers } = await post(host.manager, '/api/v1/accounts/import', 'name\nDelta\n');
    await host.settle();

    expect(status).to.equal(202);
    const context = await host.context('core', host.manager);
    expect((await context.query(Account).where({ name: 'Delta' }).first())?.owner).to.equal(host.manager.userId);
    expect((await host.as(host.manager).get('/api/v1/imports')).body['data']?.[0]).to.include({
      entity: 'core.account',
    });
    const other = await host.buildUser({ role: 'user' });
    expect((await host.as(other).get(headers.get('Location') ?? '')).status).to.equal(404);
    expect((await host.as(other).get('/api/v1/imports')).body['data']).to.deep.equal([]);
  });

  it('lets nobody import without the right', async () => {
    expect((await post(undefined, '/api/v1/imports?entity=core.account', 'name\nX\n')).status).to.equal(401);
    expect((await post(host.readOnly, '/api/v1/imports?entity=core.account', 'name\nX\n')).status).to.equal(403);
    expect((await post(host.user, '/api/v1/users/import', 'name\nX\n')).status).to.equal(403);
  });

  const refusals: [string, number, string, string, string][] = [
    ['an empty file', 422, 'empty_file', 'entity=core.account', ''],
    ['a wrong delimiter', 422, 'wrong_delimiter', 'entity=core.account&delimiter=,', 'name;industry\nX;Y\n'],
    ['a missing column', 422, 'missing_column', 'entity=core.account', 'industry\nY\n'],
    ['a duplicate header', 422, 'duplicate_header', 'entity=core.account', 'name,name\nX,Y\n'],
    ['an unknown entity', 422, 'unknown_entity', 'entity=core.unicorn', 'name\nX\n'],
    ['a mapping that is no JSON', 400, 'malformed_mapping', 'mapping=%7B', 'name\nX\n'],
    ['a mapping that is not valid', 422, 'invalid_mapping', 'mapping=%7B%7D', 'name\nX\n'],
    ['an unknown parameter', 400, 'unknown_parameter', 'entity=core.account&colour=red', 'name\nX\n'],
  ];
  for (const [what, status, code, query, text] of refusals) {
    it(`refuses ${what} with ${status}`, async () => {
      const answer = await post(host.admin, `/api/v1/imports?${query}`, text);

      expect([answer.status, answer.body['code']]).to.deep.equal([status, code]);
    });
  }

  it('refuses other types of body, a form without a file, and a form that is cut off', async () => {
    const json = await host.as(host.admin).post('/api/v1/imports', {});
    const empty = formOf({ entity: 'core.account' });
    const cut = formOf({ entity: 'core.account' }, 'name\nX\n');

    expect(json.status).to.equal(415);
    const noFile = await host.as(host.admin).post('/api/v1/imports', empty.body, empty.headers);
    expect([noFile.status, noFile.body['code']]).to.deep.equal([422, 'no_file']);
    const broken = await host.as(host.admin).post('/api/v1/imports', cut.body.slice(0, -30), cut.headers);
    expect([broken.status, broken.body['code']]).to.deep.equal([400, 'malformed_form']);
  });

  function post(user: TestUser | undefined, path: string, text: string) {
    return host.as(user).post(path, text, csv);
  }
});

function formOf(fields: Readonly<Record<string, string>>, file?: string) {
  const boundary = 'part-of-a-test';
  const part = (disposition: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${value}\r\n`;
  const parts = Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value));
  if (file !== undefined) parts.push(part('name="file"; filename="companies.csv"', file));
  const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
  return { body: `${parts.join('')}--${boundary}--\r\n`, headers };
}
