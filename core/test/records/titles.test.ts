import { Account, Contact, type EntityDefinition } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { Identity } from '../../dist/auth/identity.js';
import { parseListQuery } from '../../dist/records/list-query.js';
import { readPage } from '../../dist/records/list-records.js';
import { recordScope } from '../../dist/records/record-scope.js';
import { Sample } from './lab.js';
import { identityOf, known, openRecordHost, operator, reaches, type RecordHost } from './record-host.js';

type Titles = Readonly<Record<string, unknown>>;

describe('titles beside a list', () => {
  let host: RecordHost;
  let acme: string;
  let beta: string;

  before(async () => {
    host = await openRecordHost();
    const accounts = known(await host.records(Account).createMany([{ name: 'Acme "A"' }, { name: 'Beta' }]));
    [acme = '', beta = ''] = accounts.map(({ id }) => id);
    const [ann] = known(
      await host.records(Contact).createMany([
        { name: 'Ann', accounts: [{ account: acme }, { account: beta }] },
        { name: 'Bob', accounts: [] },
      ]),
    );
    await host
      .records(Sample)
      .createMany([
        { name: 'a', account: acme, readings: [{ value: '1', contact: ann.id }] },
        { name: 'b', account: acme },
        { name: 'c' },
      ]);
  });

  after(() => host.close());

  const titles = async (entity: EntityDefinition, query: string, identity: Identity = operator): Promise<Titles> => {
    const call = host.room.callOf({ generation: host.generation, identity, requestId: 'r' });
    const scope = recordScope(host.room.world, call, entity.module);
    const compiled = host.entity(entity);
    const page = await readPage(scope, compiled, parseListQuery(scope, compiled, new URLSearchParams(query)));
    return Object.fromEntries(page.titles.map(([id, byId]) => [id, JSON.parse(byId) as unknown]));
  };

  it('name what refs and entries of lists point at, by entity and id, in the statement of the page', async () => {
    const seen = await host.statementsOf(() => titles(Sample, 'titles=account,readings.contact&count=none'));
    const found = await titles(Sample, 'titles=account,readings.contact&sort=name');

    expect(seen).to.have.length(1);
    expect(found['core.account']).to.deep.equal({ [acme]: 'Acme "A"' });
    expect(Object.values(found['core.contact'] ?? {})).to.deep.equal(['Ann']);
  });

  it('come with what is answered, whether the record keeps it or not', async () => {
    const listed = await titles(Contact, 'titles=accounts.account&fields=accounts');
    await host.database.knex.raw(`update core.contacts set kept = null where name = 'Ann'`);
    const built = await titles(Contact, 'titles=accounts.account&fields=accounts');
    const none = await titles(Contact, 'titles=accounts.account&filter[name]=Bob');

    expect(listed['core.account']).to.deep.equal({ [acme]: 'Acme "A"', [beta]: 'Beta' });
    expect(built).to.deep.equal(listed);
    expect(none['core.account']).to.deep.equal({});
    expect(await titles(Contact, 'titles=accounts.account&fields=name')).to.deep.equal({});
    expect(await titles(Contact, 'sort=name')).to.deep.equal({});
  });

  it('leave out what the actor may not see, and what is in the trash', async () => {
    const blind = identityOf({ reach: reaches({ 'lab.sample:read': 'all' }) });
    const own = identityOf({ reach: reaches({ 'core.contact:read': 'all', 'core.account:read': 'own' }) });
    const [gone] = known(await host.records(Account).createMany([{ name: 'Gone' }]));
    await host.records(Sample).createMany([{ name: 'gone', account: gone.id }]);
    await host.database.knex.raw(`update core.accounts set deleted_at = now() where id = ?`, [gone.id]);

    expect(await titles(Sample, 'titles=account', blind)).to.deep.equal({});
    expect(await titles(Contact, 'titles=accounts.account', own)).to.deep.equal({ 'core.account': {} });
    expect(await titles(Sample, 'titles=account&filter[name]=gone')).to.deep.equal({ 'core.account': {} });
  });

  it('come with the default list of somebody who sees the records of some teams', async () => {
    const team = '01890000-0000-7000-8000-00000000000a';
    await host.database.knex('core.teams').insert({ id: team, name: 'Team' });
    await host.database.knex.raw(`update core.contacts set team_id = ? where name = 'Ann'`, [team]);
    const reader = identityOf({
      teamIds: [team],
      reach: reaches({ 'core.contact:read': 'team', 'core.account:read': 'all' }),
    });

    const found = await titles(Contact, 'titles=accounts.account', reader);

    expect(found['core.account']).to.deep.equal({ [acme]: 'Acme "A"', [beta]: 'Beta' });
  });
});
