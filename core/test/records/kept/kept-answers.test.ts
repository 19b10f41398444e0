import { Account, Contact, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { keepAnswers } from '../../../dist/records/index.js';
import { forgetKept } from '../../../dist/records/kept/forget-kept.js';
import { Sample } from '../lab.js';
import { openRecordHost, type RecordHost } from '../record-host.js';

describe('kept answers', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const keptOf = async (table: string, id: Id): Promise<readonly string[] | null> => {
    const { rows } = await host.database.knex.raw<{ rows: { kept: readonly string[] | null }[] }>(
      `select kept from ${table} where ${table.endsWith('_x') ? 'record_id' : 'id'} = ?`,
      [id],
    );
    return rows[0]?.kept ?? null;
  };

  /** What stands in the row, as an object; its lists aside. */
  const keptFieldsOf = async (table: string, id: Id): Promise<Readonly<Record<string, unknown>>> =>
    JSON.parse(`${(await keptOf(table, id))?.[1] ?? '{'}}`) as Readonly<Record<string, unknown>>;

  const overwrite = (id: Id, assignment: string): Promise<unknown> =>
    host.database.knex.raw(`update p_lab.samples set ${assignment} where id = ?`, [id]);

  const sampleWithReadings = () =>
    host.records(Sample).create({
      name: 'Soil "\\\u0001\u001f\u0002 ü 漢 😀',
      weight: '1.5',
      share: 12.5,
      price: { amount: '2', currency: 'EUR' },
      isFragile: true,
      takenOn: '2026-03-01',
      seenAt: '2026-03-01T10:00:00.000Z',
      lasted: 60,
      tags: ['red', 'blue'],
      raw: { deep: [1, null, 'x'] },
      readings: [
        { value: '1.5', cost: { amount: '2', currency: 'EUR' }, at: '2026-03-01T10:00:00.000Z' },
        { value: '12345678901.25' },
      ],
    });

  it('are what columns and child tables hold, for every kind of field', async () => {
    const sample = await sampleWithReadings();
    const kept = await host.records(Sample).get(sample.id);
    expect(await keptOf('p_lab.samples', sample.id)).to.have.length(3);
    await overwrite(sample.id, 'kept = null');

    const built = await host.records(Sample).get(sample.id);

    expect(kept).to.deep.equal(built);
    expect(kept).to.deep.equal(sample);
    expect(kept.readings).to.have.length(2);
  });

  it('are what an empty record is answered as, and what plugins added beside it', async () => {
    const plain = await host.records(Account).create({ name: 'Acme' });
    const graded = await host
      .records(Account)
      .create({ name: 'Acme', extras: { lab: { grade: 'a', visits: [{ day: '2026-02-01' }] } } });
    const kept = await Promise.all([plain, graded].map(({ id }) => host.records(Account).get(id)));
    expect(await keptOf('p_lab.account_x', graded.id)).to.have.length(2);
    await host.database.knex.raw('update core.accounts set kept = null');

    const built = await Promise.all([plain, graded].map(({ id }) => host.records(Account).get(id)));

    expect(kept).to.deep.equal(built);
    expect(kept[0]).to.have.nested.property('lab.grade', 'b');
    expect(kept[1]).to.have.nested.property('lab.visits[0].day', '2026-02-01');
  });

  it('follow each change', async () => {
    const sample = await sampleWithReadings();
    await host.records(Sample).update(sample.id, { readings: [{ value: '7' }] });
    await host.records(Sample).update(sample.id, { name: 'Clay' });

    const read = await host.records(Sample).get(sample.id);
    const kept = (await keptOf('p_lab.samples', sample.id)) ?? [];

    expect(read.readings.map(({ value }) => value)).to.deep.equal(['7']);
    expect(kept[1]).to.contain('"Clay"').and.contain('"version":3');
    expect(kept[2]).to.contain('"7"').and.not.contain('1.5');
  });

  it('name the team of the owner, which only the statement knows', async () => {
    const sample = await sampleWithReadings();

    const { team } = await host.records(Sample).get(sample.id);

    expect(await keptFieldsOf('p_lab.samples', sample.id)).to.have.property('team', team);
  });

  it('are forgotten by the database when anybody changes something else of the row', async () => {
    const [renamed, trashed] = [await sampleWithReadings(), await sampleWithReadings()];
    await overwrite(renamed.id, "name = 'Past the record layer'");
    await host.records(Sample).trash(trashed.id);

    expect(await keptOf('p_lab.samples', renamed.id)).to.equal(null);
    expect(await keptOf('p_lab.samples', trashed.id)).to.equal(null);
    expect(await host.records(Sample).get(renamed.id)).to.have.property('name', 'Past the record layer');
  });

  it('are not given when they were kept for another declaration', async () => {
    const sample = await sampleWithReadings();
    await overwrite(sample.id, `kept = array['00000000', '{"id":"none"', '[]']`);

    const read = await host.records(Sample).get(sample.id);

    expect(read.id).to.equal(sample.id);
    expect(read.readings.map(({ value }) => value)).to.deep.equal(['1.5', '12345678901.25']);
  });

  it('are built for a whole page, and for records in the place of ids, when one lacks them', async () => {
    const [fine, missing] = [await sampleWithReadings(), await sampleWithReadings()];
    await overwrite(missing.id, 'kept = null');

    const page = await host.query(Sample).limit(100);
    const linked = await host.records(Account).create({ name: 'Acme', domains: [{ domain: 'acme.test' }] });
    const contact = await host.records(Contact).create({ name: 'Ada', accounts: [{ account: linked.id }] });
    const before = await host.records(Contact).get(contact.id, { include: ['accounts.account'] });
    await host.database.knex.raw('update core.accounts set kept = null where id = ?', [linked.id]);
    const after = await host.records(Contact).get(contact.id, { include: ['accounts.account'] });

    const readings = new Map(page.map((sample) => [sample.id, sample.readings]));
    expect(readings.get(missing.id)).to.deep.equal(readings.get(fine.id));
    expect(after).to.have.nested.property('accounts[0].account.domains[0].domain', 'acme.test');
    expect(after).to.deep.equal(before);
  });

  it('are filled in where they are missing, without a new version', async () => {
    await keepAnswers(host.database.knex, [host.entity(Sample)]);
    const [missing, foreign, fine] = [
      await sampleWithReadings(),
      await sampleWithReadings(),
      await sampleWithReadings(),
    ];
    await overwrite(missing.id, 'kept = null');
    await overwrite(foreign.id, `kept = array['00000000', '{}', '[]']`);

    const done = await keepAnswers(host.database.knex, [host.entity(Sample)]);
    const read = await Promise.all([missing, foreign, fine].map(({ id }) => host.records(Sample).get(id)));

    expect(done).to.deep.equal(new Map([['lab.sample', 2]]));
    expect(read).to.deep.equal([missing, foreign, fine]);
    for (const { id } of [missing, foreign, fine])
      expect((await keptOf('p_lab.samples', id))?.[0]).to.equal(host.entity(Sample).kept.shape);
    expect(await keptFieldsOf('p_lab.samples', missing.id)).to.deep.include({ id: missing.id, weight: missing.weight });
  });

  it('are filled in beside records too', async () => {
    const account = await host.records(Account).create({ name: 'Acme', extras: { lab: { grade: 'a' } } });
    await host.database.knex.raw('update p_lab.account_x set kept = null');

    await keepAnswers(host.database.knex, [host.entity(Account)]);

    expect((await keptOf('p_lab.account_x', account.id))?.[1]).to.contain('"grade":"a"');
    expect(await host.records(Account).get(account.id)).to.have.nested.property('lab.grade', 'a');
  });

  it('are forgotten when the database takes entries along with what they refer to', async () => {
    const contact = await host.records(Contact).create({ name: 'Ada' });
    const sample = await host
      .records(Sample)
      .create({ name: 'Soil', readings: [{ value: '1', contact: contact.id }, { value: '2' }] });
    await host.database.knex.transaction(async (trx) => {
      await forgetKept(trx, host.entity(Contact), [contact.id]);
      await trx.raw('delete from core.contacts where id = ?', [contact.id]);
    });

    const read = await host.records(Sample).get(sample.id);

    expect(read.readings.map(({ value }) => value)).to.deep.equal(['2']);
  });
});
