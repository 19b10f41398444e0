import { Account } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { inboxOf, openToldLab, type ToldLab } from './told-lab.js';

describe('what is created for somebody', function () {
  this.timeout(60_000);
  let lab: ToldLab;
  let host: CoreTestHost;
  before(async () => {
    lab = await openToldLab();
    ({ host } = lab);
  });
  after(() => lab.close());
  beforeEach(() => host.sql('delete from core.notifications'));

  const linesOfUser = async () => (await inboxOf(host, host.user)).lines.map(({ text, href }) => [text, href]);

  it('is told to them, once, and to nobody who creates for themselves', async () => {
    const create = (as: typeof host.admin, body: object) => host.as(as).post('/api/v1/accounts', body);
    const { body } = await create(host.admin, { name: 'Given', owner: host.user.userId });
    await create(host.user, { name: 'Own' });
    await create(host.user, { name: 'Own, said', owner: host.user.userId });
    await create(host.admin, { name: 'Nobody’s', owner: null });
    await host.as(host.admin).patch(`/api/v1/accounts/${String(body['id'])}`, { industry: 'x' }, { 'If-Match': '*' });
    await host.settle();

    expect(await linesOfUser()).to.deep.equal([
      [`${host.admin.name} assigned Given to you`, `/accounts/${String(body['id'])}`],
    ]);
    expect((await inboxOf(host, host.admin)).lines).to.deep.equal([]);
  });

  it('is told from the page, too, and by programs without a name', async () => {
    await host.as(host.admin).submit('/accounts/new', { name: 'From a page', owner: host.user.userId });
    await host.tx('core', (tx) => tx.records(Account).create({ name: 'By itself', owner: host.user.userId }));
    await host.settle();

    const texts = (await linesOfUser()).map(([text]) => text);
    expect(texts).to.have.length(2);
    expect(texts[0]).to.match(/assigned By itself to you$/);
    expect(texts[1]).to.equal(`${host.admin.name} assigned From a page to you`);
  });

  it('is one line with a number when an import brings many, whatever sets it is written in', async () => {
    const rows = Array.from({ length: 701 }, (_, place) => {
      const owner = place % 7 === 0 ? host.manager : host.user;
      return `Row ${String(place)},${owner.name}`;
    });
    const csv = { 'Content-Type': 'text/csv' };

    const { headers } = await host
      .as(host.admin)
      .post('/api/v1/imports?entity=core.account', `name,owner\n${rows.join('\n')}\n`, csv);
    await host.settle();
    // What the import's own job wrote is told by one that follows it.
    await host.settle();

    const { body } = await host.as(host.admin).get(headers.get('Location') ?? '');
    expect(body['data']?.['problems']).to.deep.equal([]);
    expect(body['data']?.['totals']).to.include({ created: 701, refused: 0 });
    expect(await linesOfUser()).to.deep.equal([[`${host.admin.name} assigned 600 accounts to you`, '/accounts']]);
    const { lines } = await inboxOf(host, host.manager);
    expect(lines.map(({ text }) => text)).to.deep.equal([`${host.admin.name} assigned 101 accounts to you`]);
  });

  it('adds to the line of its import when it is told of later than the rest, one by one', async () => {
    const changeSet = '0190a5a0-0000-7000-8000-000000000001';
    await host.sql(
      `insert into core.change_sets (id, kind, entity, actor, state) values (?, 'import', 'core.account', '{}', 'done')`,
      [changeSet],
    );
    for (const name of ['First', 'Second', 'Third']) {
      await host.tx('core', (tx) => tx.records(Account).create({ name, owner: host.user.userId }), host.admin);
      await host.sql(`update core.events set change_set = ? where type = ?`, [changeSet, 'core.account-created']);
      await host.settle();
    }

    expect(await linesOfUser()).to.deep.equal([[`${host.admin.name} assigned 3 accounts to you`, '/accounts']]);
  });
});
