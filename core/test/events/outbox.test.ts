import { Account, defineEvent, recordEvent, Type } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { runUnit } from '../../dist/database/unit-of-work.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { appendEvents, type NewEvent } from '../../dist/events/outbox.js';
import { openEventDatabase, type EventDatabase } from './event-database.js';

const created = recordEvent(Account, 'created');
const quarterClosed = defineEvent('sales.quarter-closed', 2, Type.Object({ quarter: Type.String() }));

describe('appendEvents', () => {
  let database: EventDatabase;

  before(async () => {
    database = await openEventDatabase();
  });

  after(() => database.close());

  beforeEach(async () => {
    await database.knex.raw('truncate core.events, core.pending_events');
  });

  it('stores every event with a pending row, in the order given', async () => {
    const ids = Array.from({ length: 50 }, () => uuidV7());

    await runUnit(
      database.knex,
      () => undefined,
      (unit) => appendEvents(unit, ids.map(accountCreated)),
    );

    const { rows } = await database.knex.raw<{ rows: { order_key: string }[] }>(
      'select e.order_key, e.entity, e.actor from core.events e join core.pending_events p on p.event_id = e.id order by p.position',
    );
    expect(rows.map((row) => row.order_key)).to.deep.equal(ids);
    expect(rows[0]).to.include({ entity: 'core.account', actor: 'operator' });
  });

  it('gives an event without an order a key of its own', async () => {
    const event: NewEvent = {
      event: quarterClosed,
      payload: { quarter: 'Q1' },
      recordVersion: null,
      actor: 'operator',
      onBehalfOf: null,
    };

    await runUnit(
      database.knex,
      () => undefined,
      (unit) => appendEvents(unit, [event, event]),
    );

    const { rows } = await database.knex.raw<{ rows: { id: string; order_key: string; version: number }[] }>(
      'select id, order_key, version from core.events',
    );
    expect(rows).to.have.length(2);
    for (const row of rows) expect(row).to.include({ order_key: row.id, version: 2 });
  });

  it('wakes the relay once per commit and never after a rollback', async () => {
    let wakes = 0;
    const wake = (): void => {
      wakes += 1;
    };
    await runUnit(database.knex, wake, async (unit) => {
      await appendEvents(unit, [accountCreated(uuidV7())]);
      await appendEvents(unit, [accountCreated(uuidV7())]);
    });

    const failed = await runUnit(database.knex, wake, async (unit) => {
      await appendEvents(unit, [accountCreated(uuidV7())]);
      unit.fail(new Error('swallowed by somebody'));
    }).catch((error: unknown) => error);

    expect(failed).to.be.an('error').with.property('message', 'swallowed by somebody');
    expect(wakes).to.equal(1);
    expect(await database.knex('core.events').count()).to.deep.equal([{ count: 2 }]);
  });
});

function accountCreated(id: string): NewEvent {
  return {
    event: created,
    payload: { id, version: 1, changed: [] },
    recordVersion: 1,
    actor: 'operator',
    onBehalfOf: null,
  };
}
