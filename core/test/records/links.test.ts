import { randomUUID } from 'node:crypto';
import { Account, Activity, Contact, User, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { findDrift } from '../../dist/records/drift.js';
import { forgetLinks } from '../../dist/records/forget-links.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from './record-host.js';
import { rejection } from './rejection.js';

describe('links to records of any entity', () => {
  let host: RecordHost;
  let account: { readonly id: Id };
  let contact: { readonly id: Id };

  before(async () => {
    host = await openRecordHost();
    account = await host.records(Account).create({ name: 'Linked' });
    contact = await host.records(Contact).create({ name: 'Ann' });
  });

  after(() => host.close());

  const to = (entity: { readonly id: string }, { id }: { readonly id: Id }) => ({ entity: entity.id, id });
  const log = (input: object) => host.records(Activity).create({ kind: 'call', subject: 'A call', ...input });
  const read = (id: Id) => host.records(Activity).get(id);
  const entriesOf = async (id: Id): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const { rows } = await host.database.knex.raw<{ rows: Readonly<Record<string, unknown>>[] }>(
      'select entity, record_id, kind, occurred_at, done_at from core.activity_links where activity_id = ? order by position',
      [id],
    );
    return rows;
  };

  it('are kept in their order, each once, and answered as written', async () => {
    const links = [to(Contact, contact), to(Account, account)];

    const created = await log({ links: [...links, { entity: Contact.id, id: contact.id.toUpperCase() }] });

    expect(created.links).to.deep.equal(links);
    expect(await read(created.id)).to.deep.equal(created);
    await host.database.knex.raw('update core.activities set kept = null where id = ?', [created.id]);
    expect(await read(created.id)).to.deep.equal(created);
  });

  it('are written by the one statement that writes the record', async () => {
    const statements = await host.statementsOf(() => log({ links: [to(Account, account), to(Contact, contact)] }));

    expect(statements).to.have.length(1);
  });

  it('are replaced as a whole, which audit and event say', async () => {
    const { id } = await log({ links: [to(Account, account)] });

    const updated = await host.records(Activity).update(id, { links: [to(Contact, contact)] });

    expect(updated.links).to.deep.equal([to(Contact, contact)]);
    const [change] = await host.audit(id, 'updated');
    expect(change?.changes).to.deep.equal({
      links: { from: [to(Account, account)], to: [to(Contact, contact)] },
    });
  });

  it('carry the values that stand beside them, also when only those change', async () => {
    const { id } = await log({ links: [to(Account, account)], occurredAt: '2026-02-01T09:00:00Z' });

    await host.records(Activity).update(id, { kind: 'meeting', doneAt: '2026-02-02T10:00:00Z' });

    expect(await entriesOf(id)).to.deep.equal([
      {
        entity: Account.id,
        record_id: account.id,
        kind: 'meeting',
        occurred_at: new Date('2026-02-01T09:00:00Z'),
        done_at: new Date('2026-02-02T10:00:00Z'),
      },
    ]);
  });

  it('need no moment: what just happened happened now', async () => {
    const { occurredAt } = await log({});

    expect(occurredAt).to.equal(host.clock.now().toISOString());
  });

  for (const [what, entry] of [
    ['a record that there is not', { entity: Account.id, id: randomUUID() }],
    ['an entity that there is not', { entity: 'nobody.knows', id: randomUUID() }],
    ['an entity with a quotation mark', { entity: "core'account", id: randomUUID() }],
  ] as const)
    it(`may not lead to ${what}`, async () => {
      const before = await host.count('core.activities');

      const error = await rejection(log({ links: [to(Account, account), entry] }));

      expect(error.errors).to.deep.equal([
        { pointer: '/links/1', code: 'unknown_reference', message: 'refers to no record' },
      ]);
      expect(await host.count('core.activities')).to.equal(before);
    });

  it('may not lead to what the actor does not see, in the same words', async () => {
    const caller = identityOf({
      userId: randomUUID(),
      reach: reaches({ 'core.activity:create': 'all', 'core.activity:read': 'all', 'core.contact:read': 'all' }),
    });
    const input = { kind: 'note', subject: 'Seen?', owner: null, links: [to(Account, account)] } as const;

    const error = await rejection(host.records(Activity, caller).create(input));

    expect(error.errors).to.deep.equal([
      { pointer: '/links/0', code: 'unknown_reference', message: 'refers to no record' },
    ]);
  });

  it('stay while the module of what they lead to is not active, and when others are added', async () => {
    const { id } = await log({ links: [to(Account, account)] });
    await host.database.knex.raw(`update core.activity_links set entity = 'gone.deal' where activity_id = ?`, [id]);
    await host.database.knex.raw('update core.activities set kept = null where id = ?', [id]);
    const gone = { entity: 'gone.deal', id: account.id };

    const same = await host.records(Activity).update(id, { subject: 'Same', links: [gone] });
    const more = await host.records(Activity).update(id, { links: [gone, to(Contact, contact)] });
    const error = await rejection(
      host.records(Activity).update(id, { links: [gone, { entity: 'gone.deal', id: contact.id }] }),
    );

    expect([same.links, more.links]).to.deep.equal([[gone], [gone, to(Contact, contact)]]);
    expect(error.errors).to.deep.equal([
      { pointer: '/links/1', code: 'unknown_reference', message: 'refers to no record' },
    ]);
  });

  it('lead to the entities they are declared for only', async () => {
    const user = await host.records(User).create({ name: 'Somebody' });

    const { participants } = await log({ participants: [to(User, user), to(Contact, contact)] });
    const error = await rejection(log({ participants: [to(Account, account)] }));

    expect(participants).to.have.length(2);
    expect(error.errors.map(({ pointer }) => pointer)).to.deep.equal(['/participants/0/entity']);
  });

  it('can be looked for: one, several, none of them', async () => {
    const other = await host.records(Account).create({ name: 'Other' });
    const { id } = await log({ subject: 'Found', links: [to(Account, other)] });
    const found = (links: object) => host.query(Activity).where({ links }).select('id');

    expect(await found({ eq: to(Account, other) })).to.deep.equal([{ id }]);
    expect(await found({ in: [`core.account:${other.id}`, `core.contact:${randomUUID()}`] })).to.deep.equal([{ id }]);
    expect((await found({ ne: to(Account, other) })).map((one) => one.id)).to.not.include(id);
    expect(await found({ eq: to(Contact, other) })).to.deep.equal([]);
    expect(await rejection(Promise.resolve(found({ eq: 'core.account' })))).to.have.property('code', 'invalid_query');
  });

  it('stay while what they lead to is in the trash, and go with it', async () => {
    const gone = await host.records(Account).create({ name: 'Going' });
    const { id } = await log({ links: [to(Account, gone), to(Contact, contact)] });

    await host.records(Account).trash(gone.id);
    const meanwhile = await read(id);
    await host.tx((unit) => forgetLinks(unit.trx, host.generation.entities.values(), Account.id, [gone.id]));

    expect(meanwhile.links).to.deep.equal([to(Account, gone), to(Contact, contact)]);
    expect((await read(id)).links).to.deep.equal([to(Contact, contact)]);
  });

  it('are known to the check of the tables, values beside them included', async () => {
    const entity = host.entity(Activity);
    const sound = await findDrift(host.database.knex, [entity]);
    await host.database.knex.raw('alter table core.activity_links drop column due_at');

    const drift = await findDrift(host.database.knex, [entity]);
    await host.database.knex.raw('alter table core.activity_links add column due_at timestamptz(3)');

    expect(sound).to.deep.equal([]);
    expect(drift.map(({ problem }) => problem)).to.deep.equal(['core.activity_links.due_at is missing']);
  });
});
