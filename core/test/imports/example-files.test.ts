import { Account, Team, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { openImportHost, type ImportHost } from './import-host.js';

describe('importing the sales-opportunities files', () => {
  let world: ImportHost;
  before(async () => (world = await openImportHost()));
  after(() => world.close());

  it('says in a dry run what the import does', async () => {
    const dry = await world.example('accounts', { isDryRun: true });

    expect(dry).to.deep.include({ state: 'done', rowsDone: 85, rowCount: 85 });
    expect(dry.totals).to.deep.include({ created: 85, changed: 0, unchanged: 0, refused: 0, notices: 0 });
    expect(await world.host.count('core.accounts')).to.equal(0);
  });

  it('imports 85 accounts, parents that stand later in the file included', async () => {
    const { totals } = await world.example('accounts');

    expect(totals).to.deep.include({ created: 85, changed: 0, unchanged: 0, refused: 0, notices: 0 });
    const accounts = world.host.query(Account);
    expect(await accounts.where({ parent: { empty: false } }).count()).to.equal(15);
    const acme = await accounts.where({ name: 'Acme Corporation' }).first();
    expect(acme).to.deep.include({
      industry: 'technolgy',
      foundedYear: 1996,
      employees: 2822,
      country: 'United States',
    });
    expect(acme?.annualRevenue).to.deep.equal({ amount: '1100040000.00', currency: 'USD' });
  });

  it('imports 35 agents, 6 managers and their teams', async () => {
    const { totals } = await world.example('sales_teams');

    expect(totals.entities).to.deep.equal({
      'core.team': { created: 9, changed: 0, unchanged: 0 },
      'core.user': { created: 41, changed: 0, unchanged: 0 },
    });
    const users = await world.host.query(User).limit(100);
    expect(
      users.filter(({ email, status, team }) => email === null && status === 'no_login' && team !== null),
    ).to.have.length(41);
    const teams = await world.host.query(Team).limit(100);
    const region = teams.find(({ name }) => name === 'Central');
    const below = teams.filter(({ parent }) => parent === region?.id);
    expect(below.map(({ name }) => name).toSorted()).to.deep.equal(['Team Dustin Brinkmann', 'Team Melvin Marxen']);
    expect(teams.filter(({ managers }) => managers.length === 1)).to.have.length(6);
  });

  it('changes nothing when the same files come again', async () => {
    const trace = `select (select count(*) from core.audit_log) as audits, (select count(*) from core.events) as events,
      (select sum(version) from core.accounts) as a, (select sum(version) from core.teams) as t, (select sum(version) from core.users) as u`;
    const before = await world.rows(trace);

    const accounts = await world.example('accounts');
    const teams = await world.example('sales_teams');

    expect(accounts.totals).to.deep.include({ created: 0, changed: 0, unchanged: 85 });
    expect(teams.totals).to.deep.include({ created: 0, changed: 0, unchanged: 50 });
    expect(await world.rows(trace)).to.deep.equal(before);
  });
});
