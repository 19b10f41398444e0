import { Account, Activity, Contact, type EntityDefinition } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { pino } from 'pino';
import { uuidV7 } from '../../dist/database/index.js';
import { purgeTrash } from '../../dist/jobs/purge-trash.js';
import { compileEntity, type CompiledEntity } from '../../dist/records/index.js';
import { openEventDatabase, type EventDatabase } from '../events/event-database.js';

const now = new Date('2026-11-01T00:00:00Z');
const long = '2026-10-01T00:00:00Z';
const recently = '2026-10-03T00:00:00Z';

describe('purgeTrash', () => {
  let database: EventDatabase;
  let wakes: number;

  beforeEach(async () => {
    database = await openEventDatabase();
    wakes = 0;
  });

  afterEach(() => database.close());

  it('deletes what has been in the trash for 30 days, with an event each', async () => {
    const [old, recent, alive] = [await trashed(long), await trashed(recently), await trashed(null)];
    await database
      .knex('core.external_ids')
      .insert([old, recent].map((id) => ({ source: 'erp', entity: 'core.account', external_id: id, record_id: id })));

    await purge();

    expect(await accounts()).to.have.members([recent, alive]);
    expect(await database.knex<{ record_id: string }>('core.external_ids').pluck('record_id')).to.deep.equal([recent]);
    const { rows } = await database.knex.raw<{ rows: object[] }>('select type, payload, actor from core.events');
    expect(rows).to.deep.equal([
      { type: 'core.account-purged', payload: { id: old, version: 3, changed: [] }, actor: 'plugin:core' },
    ]);
    expect(wakes).to.equal(1);
  });

  it('forgets the kept answers of records whose lists lose an entry with it', async () => {
    const account = await trashed(long);
    const contact = uuidV7();
    await database.knex('core.contacts').insert({ id: contact, name: 'Ada', kept: ['shape', '{', '[]'] });
    await database.knex('core.contact_accounts').insert({ contact_id: contact, position: 0, account_id: account });

    await purge();

    expect(await database.knex('core.contacts').select('kept')).to.deep.equal([{ kept: null }]);
  });

  it('takes links to what it deletes out of the records that have them', async () => {
    const account = await trashed(long);
    const activity = uuidV7();
    const link = { activity_id: activity, entity: 'core.account', record_id: account, kind: 'call' };
    await database
      .knex('core.activities')
      .insert({ id: activity, kind: 'call', subject: 'Hello', kept: ['shape', '{', '[]', '[]'] });
    await database.knex('core.activity_links').insert([
      { ...link, position: 0 },
      { ...link, position: 1, entity: 'core.contact' },
    ]);

    await purge();

    expect(await database.knex('core.activity_links').pluck('entity')).to.deep.equal(['core.contact']);
    expect(await database.knex('core.activities').select('kept')).to.deep.equal([{ kept: null }]);
  });

  it('takes more than one page', async () => {
    const rows = Array.from({ length: 450 }, () => ({ id: uuidV7(), name: 'Old', deleted_at: long }));
    await database.knex('core.accounts').insert(rows);

    await purge();

    expect(await accounts()).to.deep.equal([]);
  });

  it('keeps what something still refers to, and deletes the rest', async () => {
    await database.knex.raw('create table held (account_id uuid references core.accounts on delete restrict)');
    const [held, free] = [await trashed(long), await trashed(long)];
    await database.knex('held').insert({ account_id: held });

    await purge();

    expect(await accounts()).to.deep.equal([held]);
    expect(free).to.be.a('string');
  });

  it('keeps a record as long as others would go with it unasked, as those of a disabled plugin', async () => {
    await database.knex.raw(
      'create table deals (id uuid, account_id uuid references core.accounts on delete cascade, deleted_at timestamptz)',
    );
    const account = await trashed(long);
    await database.knex('deals').insert({ id: uuidV7(), account_id: account });

    await purge();
    const kept = await accounts();
    const deals = await database.knex<{ account_id: string }>('deals').pluck('account_id');
    await database.knex('deals').delete();
    await purge();

    expect([kept, deals]).to.deep.equal([[account], [account]]);
    expect(await accounts()).to.deep.equal([]);
  });

  async function trashed(deletedAt: string | null): Promise<string> {
    const id = uuidV7();
    await database.knex('core.accounts').insert({ id, name: 'Acme', version: 3, deleted_at: deletedAt });
    return id;
  }

  function accounts(): Promise<string[]> {
    return database.knex<{ id: string }>('core.accounts').pluck('id');
  }

  function purge(): Promise<void> {
    return purgeTrash({
      knex: database.work,
      clock: { now: () => now },
      log: pino({ level: 'silent' }),
      wakeRelay: () => {
        wakes += 1;
      },
      entities: () => [compiled(Activity), compiled(Contact), compiled(Account)],
    });
  }
});

function compiled(definition: EntityDefinition): CompiledEntity {
  return compileEntity(definition, []);
}
