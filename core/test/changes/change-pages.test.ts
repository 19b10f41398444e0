import { Account } from '@trellis-crm/sdk';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('bulk changes on pages', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const accounts = async (count: number, industry: string): Promise<readonly string[]> => {
    const records = (await host.context('core', host.manager)).records(Account);
    const made = await records.createMany([...Array(count).keys()].map((n) => ({ name: `Account ${n}`, industry })));
    return made.map(({ id }) => id);
  };
  const industriesOf = async (ids: readonly string[]): Promise<readonly unknown[]> =>
    (await host.context('core', host.manager))
      .records(Account)
      .getMany(ids)
      .then((all) => all.map((one) => one.industry));

  /** Jobs of these tests run when they are told to; a page waits a moment for them. */
  async function submitAndWork(path: string, form: Record<string, string>, user = host.manager) {
    const answer = host.as(user).submit(path, form);
    for (let turn = 0; turn < 30; turn++) {
      await host.settle();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return answer;
  }

  it('has a box in each row and the actions this person may take', async () => {
    await accounts(3, 'Boxes');

    const { text } = await host.as(host.manager).page('/accounts?filter[industry]=Boxes');
    const readOnly = await host.as(host.readOnly).page('/accounts?filter[industry]=Boxes');

    expect(text.match(/name="ids"/g)?.length).to.equal(3);
    expect(text).to.contain('form="bulk-form"').and.contain('action="/accounts/bulk"').and.contain('value="assign"');
    expect(readOnly.text).to.not.contain('name="ids"').and.not.contain('bulk-form');
  });

  it('asks for the field and its value, as a page or as the content of a dialog', async () => {
    const [id = ''] = await accounts(1, 'Ask');
    const asManager = host.as(host.manager);

    const first = await asManager.submit('/accounts/bulk', { _choose: '1', action: 'update', ids: id });
    const second = await asManager.submit(
      '/accounts/bulk',
      { _choose: '1', action: 'update', field: 'industry', ids: id },
      { 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
    );
    const none = await asManager.submit('/accounts/bulk', { _choose: '1', action: 'update' });

    expect([first.status, second.status, none.status]).to.deep.equal([200, 200, 303]);
    expect(first.text).to.contain('<option value="industry">').and.contain('<h1');
    expect(second.text).to.contain('name="industry"').and.contain(`name="ids" value="${id}"`).and.not.contain('<html');
  });

  it('changes the chosen records, offers to undo it, and takes it back', async () => {
    const ids = await accounts(1, 'Before');

    const done = await submitAndWork('/accounts/bulk', {
      ...{ action: 'update', field: 'industry', industry: 'After', ids: ids[0] ?? '', list: 'filter[industry]=Before' },
    });

    expect([done.status, done.headers.get('Location')]).to.deep.equal([303, '/accounts?filter[industry]=Before']);
    const flash = /flash=([^;]+)/.exec(done.headers.get('Set-Cookie') ?? '')?.[1] ?? '';
    const told = JSON.parse(Buffer.from(flash, 'base64url').toString()) as { text: string; undoAction: string };
    expect(told.text).to.equal('1 record changed');
    expect(await industriesOf(ids)).to.deep.equal(['After']);
    const undone = await submitAndWork(told.undoAction, {});
    expect([undone.status, undone.headers.get('Location')]).to.deep.equal([303, '/accounts']);
    expect(await industriesOf(ids)).to.deep.equal(['Before']);
    const page = await host.as(host.manager).page(told.undoAction.replace('/undo', ''));
    expect(page.text).to.contain('See how it was taken back').and.not.contain('/undo"');
    expect((await host.as(host.manager).page('/change-sets')).text).to.contain('Accounts changed');
  });

  it('deletes all that fit the filter, and shows what was left as it is and why', async () => {
    const ids = await accounts(4, 'All');
    const far = await host.buildUser({ role: 'user' });

    const refused = await host.as(host.readOnly).submit('/accounts/bulk', { action: 'delete', all: '1', list: '' });
    const answer = await submitAndWork(
      '/accounts/bulk',
      { action: 'delete', all: '1', list: 'filter[industry]=All' },
      far,
    );

    expect(refused.status).to.equal(403);
    const page = await host.as(far).page(answer.headers.get('Location') ?? '');
    expect(page.text).to.contain('You may not change this record').and.contain('Account 0');
    expect((await industriesOf(ids)).length).to.equal(4);
    expect((await host.as(host.readOnly).page(answer.headers.get('Location') ?? '')).status).to.equal(404);
  });

  it('brings chosen records of the trash back, or all that the page means, and offers to undo it', async () => {
    const manager = host.as(host.manager);
    const made = await Promise.all(
      ['a', 'b', 'c'].map((name) => manager.post('/api/v1/accounts', { name: `Back ${name}`, industry: 'Back' })),
    );
    const ids = made.map(({ body }) => String(body['id']));
    await submitAndWork('/accounts/bulk', { action: 'delete', all: '1', list: 'filter[industry]=Back' });
    const shown = await manager.page('/accounts/trash?filter[industry]=Back');
    const other = await manager.page('/accounts/trash?filter[industry]=Nothing');
    const live = async () =>
      (await manager.get('/api/v1/accounts?filter[industry]=Back&sort=name')).body['data']?.length;

    const one = await submitAndWork('/accounts/bulk', { action: 'restore', ids: ids[1] ?? '', list: '' });
    const afterOne = await live();
    const all = await submitAndWork('/accounts/bulk', {
      action: 'restore',
      all: '1',
      list: 'filter%5Bindustry%5D=Back',
    });

    expect(shown.text).to.contain('Back a').and.contain('All accounts in the trash').and.contain('Restore chosen');
    expect(other.text).to.not.contain('Back a').and.not.contain('Restore chosen');
    expect([one.headers.get('location'), afterOne]).to.deep.equal(['/accounts/trash', 1]);
    expect([all.headers.get('location'), await live()]).to.deep.equal(['/accounts/trash', 3]);
    expect((await host.as(host.readOnly).page('/accounts/trash')).status).to.equal(403);
  });

  it('follows its job as it goes, and nothing once it is over', async () => {
    const id = '0190a5a0-0000-7000-8000-000000000009';
    await host.sql(
      `insert into core.change_sets (id, kind, entity, actor, created_by, state, row_count, rows_done)
       values (?, 'bulk-update', 'core.account', jsonb_build_object('kind', 'user', 'userId', ?::text), ?, 'running', 10, 4)`,
      [id, host.manager.userId, host.manager.userId],
    );
    const running = await host.as(host.manager).page(`/change-sets/${id}`);
    await host.sql(`update core.change_sets set state = 'done' where id = ?`, [id]);
    const done = await host.as(host.manager).page(`/change-sets/${id}`);

    expect(running.text).to.contain(`data-live-topics="job:${id}"`).and.contain(`live:job:${id} from:document`);
    expect(done.text).to.not.contain('data-live-topics="job:').and.not.contain('hx-trigger="live:job');
  });

  it('shows the form again with what is wrong', async () => {
    const [id = ''] = await accounts(1, 'Wrong');
    const form = { action: 'update', field: 'foundedYear', foundedYear: 'long ago', ids: id, list: '' };

    const { status, text } = await host.as(host.manager).submit('/accounts/bulk', form);

    expect(status).to.equal(422);
    expect(text).to.contain('long ago').and.contain('field-error');
  });
});
