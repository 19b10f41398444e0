import { Account, recordEvent } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { runUnit } from '../../dist/database/unit-of-work.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { fanOut, type FannedOut } from '../../dist/events/fan-out.js';
import { appendEvents } from '../../dist/events/outbox.js';
import { openEventDatabase, type EventDatabase } from './event-database.js';

const created = recordEvent(Account, 'created');
const updated = recordEvent(Account, 'updated');

describe('fanOut', () => {
  let database: EventDatabase;

  before(async () => {
    database = await openEventDatabase();
  });

  after(() => database.close());

  beforeEach(async () => {
    await database.knex.raw('truncate core.events, core.pending_events, core.deliveries, core.subscriptions');
  });

  it('announces a crowd of new records as one, and each record that was there before', async () => {
    const changed = uuidV7();
    await store(created, 1, ids(250));
    await store(updated, 2, [changed]);

    const { taken, events } = await fan({ limit: 500 });

    expect(taken).to.equal(251);
    expect(events.map(({ type, entity, orderKey }) => [type, entity, orderKey])).to.deep.equal([
      [created.id, Account.id, null],
      [updated.id, Account.id, changed],
    ]);
  });

  it('announces each of a few new records', async () => {
    const some = ids(20);
    await store(created, 1, some);

    const { events } = await fan({ limit: 500 });

    expect(events.map(({ orderKey }) => orderKey)).to.deep.equal(some);
  });

  it('announces each record of a crowd that live listeners look into', async () => {
    const many = ids(250);
    await store(created, 1, many);

    const { events } = await fan({ limit: 500, listened: [created.id] });

    expect(events.map(({ orderKey }) => orderKey)).to.deep.equal(many);
  });

  it('takes the oldest events first and leaves the others', async () => {
    const many = ids(5);
    await store(updated, 2, many);

    const first = await fan({ limit: 3 });
    const second = await fan({ limit: 3 });

    expect([...first.events, ...second.events].map(({ orderKey }) => orderKey)).to.deep.equal(many);
    expect([first.taken, second.taken]).to.deep.equal([3, 2]);
  });

  function store(event: typeof created, recordVersion: number, records: readonly string[]): Promise<void> {
    return runUnit(
      database.knex,
      () => undefined,
      (unit) =>
        appendEvents(
          unit,
          records.map((id) => ({
            ...{ event, recordVersion, actor: 'operator', onBehalfOf: null },
            payload: { id, version: recordVersion, changed: [] },
          })),
        ),
    );
  }

  function fan({ limit, listened = [] }: { limit: number; listened?: readonly string[] }): Promise<FannedOut> {
    return database.knex.transaction((trx) => fanOut(trx, new Date(), limit, listened));
  }
});

function ids(count: number): string[] {
  return Array.from({ length: count }, () => uuidV7());
}
