import { expect } from 'chai';
import { runUnit, uuidV7, type UnitOfWork } from '../../dist/database/index.js';
import { readEventLag } from '../../dist/events/lag.js';
import { pauseModule } from '../../dist/events/module-work.js';
import { purgeEvents } from '../../dist/events/retention.js';
import { openBus, TestClock, type TestBus } from './bus.js';
import { openEventDatabase, type EventDatabase } from './event-database.js';

const dayMs = 86_400_000;

describe('purgeEvents', () => {
  let database: EventDatabase;
  let bus: TestBus;

  beforeEach(async () => {
    database = await openEventDatabase();
    bus = await openBus(database, { first: () => Promise.resolve() }, new TestClock(new Date()));
  });

  afterEach(async () => {
    await bus.relay.close();
    await database.close();
  });

  it('deletes finished deliveries after 7 days and their events after 30', async () => {
    await bus.write(uuidV7(), 1, 2);
    await bus.relay.drain();

    expect(await after(6)).to.deep.equal({ events: 2, deliveries: 2 });
    expect(await after(8)).to.deep.equal({ events: 2, deliveries: 0 });
    expect(await after(31)).to.deep.equal({ events: 0, deliveries: 0 });
  });

  it('keeps what a disabled plugin did not fetch for 30 days', async () => {
    await unit((one) => pauseModule(one, 'sales', bus.clock.now()));
    await bus.write(uuidV7(), 1);
    await bus.relay.drain();

    expect(await after(29)).to.deep.equal({ events: 1, deliveries: 1 });
    expect(await after(31)).to.deep.equal({ events: 0, deliveries: 0 });
  });

  it('keeps events that are not fanned out, and those of waiting and dead deliveries', async () => {
    await bus.write(uuidV7(), 1, 2);
    await bus.relay.drain();
    await database.knex.raw(`
      update core.deliveries d set state = case when e.record_version = 1 then 'waiting' else 'dead' end
      from core.events e where e.id = d.event_id`);
    await bus.relay.close();
    await bus.write(uuidV7(), 1);

    expect(await after(31)).to.deep.equal({ events: 3, deliveries: 2 });
  });

  it('keeps a dropped delivery for a week after it was dropped', async () => {
    await bus.write(uuidV7(), 1);
    await bus.relay.drain();
    const droppedAt = new Date(Date.now() + 60 * dayMs);
    await database.knex('core.deliveries').update({ state: 'done', dropped_at: droppedAt });

    expect(await after(66)).to.deep.equal({ events: 1, deliveries: 1 });
    expect(await after(68)).to.deep.equal({ events: 0, deliveries: 0 });
  });

  it('leaves a failed delivery to the lag', async () => {
    await bus.relay.close();
    await bus.write(uuidV7(), 1);
    const pending = await readEventLag(database.knex, bus.clock.now());
    const other = await openBus(database, { first: () => Promise.reject(new Error('no')) }, bus.clock);
    await other.relay.drain();
    bus.clock.advance(60_000);

    const lag = await readEventLag(database.knex, bus.clock.now());

    expect(pending).to.deep.include({ pending: 1, due: 0, dead: 0, oldestSeconds: 0, subscriptions: [] });
    expect(lag).to.include({ pending: 0, due: 1, dead: 0 });
    expect(lag.oldestSeconds).to.be.within(58, 60);
    expect(lag.subscriptions).to.deep.equal([
      { subscription: 'sales:first', due: 1, oldestSeconds: lag.oldestSeconds },
    ]);
    await other.relay.close();
  });

  async function after(days: number): Promise<{ events: number; deliveries: number }> {
    await purgeEvents(database.work, new Date(Date.now() + days * dayMs));
    const { rows } = await database.knex.raw<{ rows: { events: number; deliveries: number }[] }>(
      'select (select count(*) from core.events) as events, (select count(*) from core.deliveries) as deliveries',
    );
    return rows[0] ?? { events: -1, deliveries: -1 };
  }

  function unit(work: (one: UnitOfWork) => Promise<void>): Promise<void> {
    return runUnit(database.knex, () => undefined, work);
  }
});
