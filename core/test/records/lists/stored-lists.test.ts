import { Account, Contact, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { storeLists } from '../../../dist/records/index.js';
import { forgetLists } from '../../../dist/records/lists/forget-lists.js';
import { Sample } from '../lab.js';
import { openRecordHost, type RecordHost } from '../record-host.js';

describe('entries of lists stored with their record', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const storedOf = async (table: string, id: Id): Promise<Readonly<Record<string, unknown>> | null> => {
    const { rows } = await host.database.knex.raw<{ rows: { lists: Readonly<Record<string, unknown>> | null }[] }>(
      `select lists from ${table} where id = ?`,
      [id],
    );
    return rows[0]?.lists ?? null;
  };

  const namesOf = (stored: object | null): string[] => Object.keys(stored ?? {}).map((key) => key.split(':')[0] ?? '');

  const overwrite = (id: Id, lists: string): Promise<unknown> =>
    host.database.knex.raw(`update p_lab.samples set lists = ${lists} where id = ?`, [id]);

  const sampleWithReadings = () =>
    host.records(Sample).create({
      name: 'Soil',
      readings: [
        { value: '1.5', cost: { amount: '2', currency: 'EUR' }, at: '2026-03-01T10:00:00.000Z' },
        { value: '12345678901.25' },
      ],
    });

  it('are what the child tables hold, in the form of the API', async () => {
    const sample = await sampleWithReadings();
    const fromColumn = await host.records(Sample).get(sample.id);
    await overwrite(sample.id, 'null');

    const fromChildTable = await host.records(Sample).get(sample.id);

    expect(fromColumn).to.deep.equal(fromChildTable);
    expect(fromColumn.readings).to.deep.equal(sample.readings);
    expect(fromColumn.readings).to.have.length(2);
  });

  it('are stored for every list of the entity, and not for those that plugins added', async () => {
    const contact = await host.records(Contact).create({ name: 'Ada', emails: [{ email: 'ada@acme.test' }] });
    const account = await host
      .records(Account)
      .create({ name: 'Acme', extras: { lab: { visits: [{ day: '2026-02-01' }] } } });

    expect(namesOf(await storedOf('core.contacts', contact.id))).to.have.members(['emails', 'phones', 'accounts']);
    expect(namesOf(await storedOf('core.accounts', account.id))).to.have.members(['domains', 'addresses']);
    expect(await host.records(Account).get(account.id)).to.have.nested.property('lab.visits[0].day', '2026-02-01');
  });

  it('follow each change', async () => {
    const sample = await sampleWithReadings();
    await host.records(Sample).update(sample.id, { readings: [{ value: '7' }] });
    await host.records(Sample).update(sample.id, { name: 'Clay' });

    const read = await host.records(Sample).get(sample.id);

    expect(read.readings.map(({ value }) => value)).to.deep.equal(['7']);
    expect(JSON.stringify(await storedOf('p_lab.samples', sample.id)))
      .to.contain('"7"')
      .and.not.contain('1.5');
  });

  it('are not read when they were stored for another declaration', async () => {
    const sample = await sampleWithReadings();
    await overwrite(sample.id, `'{"readings:000000": [{"value": "0"}]}'`);

    const read = await host.records(Sample).get(sample.id);

    expect(read.readings.map(({ value }) => value)).to.deep.equal(['1.5', '12345678901.25']);
  });

  it('are taken from the child tables for a whole page when one record lacks them', async () => {
    const [fine, missing] = [await sampleWithReadings(), await sampleWithReadings()];
    await overwrite(missing.id, 'null');

    const page = await host.query(Sample).limit(100);
    const linked = await host.records(Account).create({ name: 'Acme', domains: [{ domain: 'acme.test' }] });
    const contact = await host.records(Contact).create({ name: 'Ada', accounts: [{ account: linked.id }] });
    await host.database.knex.raw('update core.accounts set lists = null where id = ?', [linked.id]);
    const read = await host.records(Contact).get(contact.id, { include: ['accounts.account'] });

    const readings = new Map(page.map((sample) => [sample.id, sample.readings]));
    expect(readings.get(missing.id)).to.deep.equal(readings.get(fine.id));
    expect(read).to.have.nested.property('accounts[0].account.domains[0].domain', 'acme.test');
  });

  it('are filled in where they are missing, without a new version', async () => {
    await storeLists(host.database.knex, [host.entity(Sample)]);
    const [missing, foreign, fine] = [
      await sampleWithReadings(),
      await sampleWithReadings(),
      await sampleWithReadings(),
    ];
    const wanted = await storedOf('p_lab.samples', fine.id);
    await overwrite(missing.id, 'null');
    await overwrite(foreign.id, `'{"readings:000000": []}'`);

    const done = await storeLists(host.database.knex, [host.entity(Sample)]);

    expect(done).to.deep.equal(new Map([['lab.sample', 2]]));
    expect(await storedOf('p_lab.samples', missing.id)).to.deep.equal(wanted);
    expect(await storedOf('p_lab.samples', foreign.id)).to.deep.equal(wanted);
    expect((await host.records(Sample).get(missing.id)).version).to.equal(missing.version);
  });

  it('are forgotten when the database takes entries along with what they refer to', async () => {
    const contact = await host.records(Contact).create({ name: 'Ada' });
    const sample = await host
      .records(Sample)
      .create({ name: 'Soil', readings: [{ value: '1', contact: contact.id }, { value: '2' }] });
    await host.database.knex.transaction(async (trx) => {
      await forgetLists(trx, host.entity(Contact), [contact.id]);
      await trx.raw('delete from core.contacts where id = ?', [contact.id]);
    });

    const read = await host.records(Sample).get(sample.id);

    expect(read.readings.map(({ value }) => value)).to.deep.equal(['2']);
  });
});
