import { Account, Contact, Team, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import type { Generation } from '../../dist/kernel/generation.js';
import { Batch, Sample } from './lab.js';
import { identityOf, known, openRecordHost, operator, reaches, type RecordHost } from './record-host.js';
import { codeOf, messageOf, problemsOf, rejection } from './rejection.js';
import { findDisagreements } from './write-audit.js';

const sampleTable = 'p_lab.samples';

describe('a write as one statement', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  it('creates a record with lists, side rows, references, audit row and event without a transaction around it', async () => {
    const owner = await host.records(User).create({ name: 'Olga' });
    const account = await host.records(Account).create({ name: 'Referred to' });

    const sent = await host.sentBy(() =>
      host.records(Sample).create({ name: 'All', account: account.id, owner: owner.id, readings: [{ value: '1' }] }),
    );

    expect(sent).to.have.length(1);
    expect(await findDisagreements(host.database, 'lab.sample', sampleTable)).to.deep.equal([]);
  });

  it('writes nothing at all when a reference is not in order', async () => {
    const counts = () =>
      Promise.all([sampleTable, 'core.audit_log', 'core.events', 'core.pending_events'].map(host.count));
    const before = await counts();
    const missing = uuidV7();

    const sent = await host.sentBy(async () => {
      const problems = await problemsOf(
        host.records(Sample).createMany([
          { name: 'Fine', readings: [{ value: '1' }] },
          { name: 'Not', account: missing, owner: missing, readings: [{ value: '1', contact: missing }] },
        ]),
      );
      expect(problems).to.have.members([
        '/1/account unknown_reference',
        '/1/owner unknown_reference',
        '/1/readings/0/contact unknown_reference',
      ]);
    });

    expect(sent).to.have.length(1);
    expect(await counts()).to.deep.equal(before);
  });

  it('shares its way to the database with creations of the same moment, and nothing of their outcome', async () => {
    const account = await host.records(Account).create({ name: 'Referred to by many' });
    const create = (code: string, to: string) => host.records(Sample).create({ name: 'At once', code, account: to });
    const transactions = async (): Promise<unknown> => {
      const { rows } = await host.database.knex.raw<{ rows: { count: number }[] }>(
        `select count(distinct xmin::text)::integer from ${sampleTable} where code like 't_'`,
      );
      return rows[0]?.count;
    };
    await create('warm', account.id);

    await Promise.all(['t1', 't2', 't3'].map((code) => create(code, account.id)));
    const outcomes = await Promise.allSettled([
      create('u1', account.id),
      create('t1', account.id),
      create('u2', uuidV7()),
      create('u3', account.id),
    ]);

    expect(await transactions()).to.equal(1);
    const told = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'stored' : codeOf(outcome.reason)));
    expect(told).to.deep.equal(['stored', 'not_unique', 'invalid_record', 'stored']);
    expect(await findDisagreements(host.database, 'lab.sample', sampleTable)).to.deep.equal([]);
  });

  it('changes a record by reading it and one statement', async () => {
    const sample = await host.records(Sample).create({ name: 'Old', readings: [{ value: '1' }, { value: '2' }] });

    const sent = await host.sentBy(() =>
      host
        .records(Sample)
        .update(sample.id, { name: 'New', readings: [{ value: '2' }, { value: '3' }, { value: '4' }] }),
    );

    expect(sent).to.have.length(2);
    const read = await host.records(Sample).get(sample.id);
    expect(read.readings.map(({ value }) => value)).to.deep.equal(['2', '3', '4']);
  });

  it('trashes what nothing refers to in one statement, and says why not in the same words as ever', async () => {
    const entities = new Map([...host.generation.entities].filter(([id]) => id !== 'lab.sample'));
    const generation = { ...host.generation, entities } as Generation;
    const contacts = host.room.records(host.room.callOf({ generation, identity: operator, requestId: 'r' }), Contact);
    const [a, b] = known(await contacts.createMany([{ name: 'A' }, { name: 'B' }]));

    const sent = await host.sentBy(() => contacts.trash(a.id, { version: 1 }));
    const stale = await rejection(contacts.trash(b.id, { version: 7 }));
    const gone = await rejection(contacts.trash(a.id));

    expect(sent).to.have.length(1);
    expect(stale).to.include({ code: 'stale_version', status: 412 });
    expect(gone).to.include({ code: 'contact_not_found', status: 404 });
    const [trashed] = known(await host.audit(a.id, 'trashed'));
    expect(trashed).to.include({ record_version: 2, cause: null });
    expect(await findDisagreements(host.database, 'core.contact', 'core.contacts')).to.deep.equal([]);
  });

  it('joins the transaction it is called in, and goes with it', async () => {
    const before = await host.count(sampleTable);

    const undone = host.tx(async (unit) => {
      const sample = await host.records(Sample, operator, { unit }).create({ name: 'Gone again' });
      await host.records(Sample, operator, { unit }).update(sample.id, { count: 3 });
      throw new Error('rolled back');
    });

    expect(await undone.catch(messageOf)).to.equal('rolled back');
    expect(await host.count(sampleTable)).to.equal(before);
    expect(await findDisagreements(host.database, 'lab.sample', sampleTable)).to.deep.equal([]);
  });

  it('loses no update and skips no version when many write the same record at once', async () => {
    const sample = await host.records(Sample).create({ name: 'Wanted', readings: [] });
    const fields = ['count', 'lasted'] as const;
    const writers = Array.from({ length: 24 }, (_, n) => {
      const field = fields[n % 2] ?? 'count';
      return host.records(Sample).update(sample.id, n % 3 === 0 ? { readings: [{ value: `${n}` }] } : { [field]: n });
    });

    const versions = (await Promise.all(writers)).map(({ version }) => version);

    expect(versions.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 24 }, (_, n) => n + 2));
    const history = (await host.audit(sample.id, 'updated')).toSorted(
      (a, b) => Number(a['record_version']) - Number(b['record_version']),
    );
    const last = new Map<string, unknown>();
    for (const { changes } of history) {
      for (const [path, change] of Object.entries(changes)) {
        const { from, to } = change as { from: unknown; to: unknown };
        if (last.has(path)) expect(from, `${path} of ${String(to)}`).to.deep.equal(last.get(path));
        last.set(path, to);
      }
    }
    const read: Readonly<Record<string, unknown>> = { ...(await host.records(Sample).get(sample.id)) };
    for (const [path, value] of last) expect(read[path], path).to.deep.equal(value);
    expect(await findDisagreements(host.database, 'lab.sample', sampleTable)).to.deep.equal([]);
  });

  it('changes nothing of a record that was given away between reading and writing', async () => {
    const [mine, theirs] = known(await host.records(User).createMany([{ name: 'Me' }, { name: 'They' }]));
    const me = identityOf({
      userId: mine.id,
      reach: reaches({ 'lab.sample:read': 'own', 'lab.sample:update': 'own' }),
    });
    const sample = await host.records(Sample).create({ name: 'Mine', owner: mine.id });
    const attempt: Promise<unknown>[] = [];

    await host.tx(async (unit) => {
      await host.records(Sample, operator, { unit }).update(sample.id, { owner: theirs.id });
      attempt.push(rejection(host.records(Sample, me).update(sample.id, { name: 'Still mine' })));
      await host.untilBlocked(Promise.all(attempt));
    });

    expect(await attempt[0]).to.include({ code: 'sample_not_found', status: 404 });
    expect(await host.records(Sample).get(sample.id)).to.include({ name: 'Mine', version: 2 });
  });

  it('creates for somebody else within the reach as it is when the statement runs', async () => {
    const [north, south] = known(await host.records(Team).createMany([{ name: 'North' }, { name: 'South' }]));
    const [me, other] = known(
      await host.records(User).createMany([
        { name: 'Me', team: north.id },
        { name: 'Other', team: north.id },
      ]),
    );
    const identity = identityOf({
      userId: me.id,
      teamIds: [north.id],
      subtreeTeamIds: [north.id],
      reach: reaches({ 'lab.sample:create': 'team', 'lab.sample:read': 'team' }),
    });
    const attempt: Promise<unknown>[] = [];

    const sample = await host.records(Sample, identity).create({ name: 'For a colleague', owner: other.id });
    await host.tx(async (unit) => {
      await host.records(User, operator, { unit }).update(other.id, { team: south.id });
      attempt.push(rejection(host.records(Sample, identity).create({ name: 'Too late', owner: other.id })));
      await host.untilBlocked(Promise.all(attempt));
    });

    expect(sample).to.include({ owner: other.id, team: north.id });
    expect(await attempt[0]).to.include({ code: 'owner_out_of_reach', status: 403 });
  });

  it('would notice an event outside the transaction', async () => {
    const id = uuidV7();
    // The defect: the event is stored by itself, and the record it tells of is refused.
    await host.tx(async ({ trx, changeSetId }) => {
      await trx('core.events').insert({
        id: uuidV7(),
        type: 'lab.batch-created',
        version: 1,
        payload: { id, version: 1, changed: [] },
        entity: 'lab.batch',
        order_key: id,
        record_version: 1,
        actor: 'operator',
        change_set: changeSetId,
      });
    });
    await rejection(host.records(Batch).create({ name: 'x'.repeat(51) }));

    expect(await findDisagreements(host.database, 'lab.batch', 'p_lab.batches')).to.have.length(1);
  });
});
