import type { EventEnvelope } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { runUnit } from '../../dist/database/unit-of-work.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { maxAttempts } from '../../dist/events/failure.js';
import { pauseModule, removeModule, resumeModule, syncSubscriptions } from '../../dist/events/module-work.js';
import { appendEvents } from '../../dist/events/outbox.js';
import { accountUpdated, moduleWith, openBus, TestClock, type TestBus, type TestHandler } from './bus.js';
import { accountOf, createEffects, readEffects, recordEffect, versionOf, type Effect } from './effects.js';
import { loseConnections, openEventDatabase, type EventDatabase } from './event-database.js';

const oneDayMs = 86_400_000;

interface Delivery {
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly record_version: number | null;
}

describe('Relay', () => {
  let database: EventDatabase;
  let open: TestBus[] = [];

  before(async () => {
    database = await openEventDatabase();
    await createEffects(database);
  });

  after(() => database.close());

  beforeEach(async () => {
    await database.knex.raw(
      'truncate effects, core.events, core.pending_events, core.deliveries, core.subscriptions, core.paused_modules',
    );
  });

  afterEach(async () => {
    for (const bus of open) await bus.relay.close();
    open = [];
  });

  async function bus(handlers: Readonly<Record<string, TestHandler>>): Promise<TestBus> {
    const opened = await openBus(database, handlers, new TestClock());
    open.push(opened);
    return opened;
  }

  const effects = (handler: string): Promise<Effect[]> => readEffects(database, handler);

  it('delivers the events of each record in the order of its writes, to every subscription', async () => {
    const sales = await bus({ first: recordEffect('first'), second: recordEffect('second') });
    const [one, two] = [uuidV7(), uuidV7()];
    await Promise.all([sales.write(one, 1, 2, 3, 4, 5), sales.write(two, 1, 2, 3, 4, 5)]);

    await sales.relay.drain();

    for (const handler of ['first', 'second']) {
      const seen = await effects(handler);
      for (const id of [one, two]) {
        expect(seen.filter(({ account }) => account === id).map(({ version }) => version)).to.deep.equal([
          1, 2, 3, 4, 5,
        ]);
      }
    }
    expect(await states()).to.deep.equal([{ state: 'done', count: 20 }]);
  });

  it('delivers without being asked once an event is committed', async () => {
    const delivered = Promise.withResolvers<EventEnvelope<unknown>>();
    const sales = await bus({
      first: async (_unit, event) => {
        delivered.resolve(event);
      },
    });
    const account = uuidV7();

    await sales.write(account, 7);

    const event = await delivered.promise;
    expect(event).to.deep.include({
      event: 'core.account-updated',
      version: 1,
      attempt: 1,
      payload: { id: account, version: 7, changed: ['name'] },
    });
  });

  it('sweeps up what another process committed', async () => {
    const delivered = Promise.withResolvers<null>();
    const sales = await bus({
      first: async () => {
        delivered.resolve(null);
      },
    });
    await runUnit(
      database.knex,
      () => undefined,
      (unit) => appendEvents(unit, [update(uuidV7(), 1)]),
    );

    sales.relay.start();

    await delivered.promise;
  });

  it('goes on after every connection was lost', async () => {
    const sales = await bus({ first: recordEffect('first') });
    sales.relay.start();
    await sales.write(uuidV7(), 1);

    await loseConnections(database);
    await sales.write(uuidV7(), 1);

    while ((await effects('first')).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('does not lose an event that commits after one with a higher position', async () => {
    const sales = await bus({ first: recordEffect('first') });
    const [late, early] = [uuidV7(), uuidV7()];
    const mayCommit = Promise.withResolvers<null>();
    const hasWritten = Promise.withResolvers<null>();
    const slow = runUnit(
      database.knex,
      () => sales.relay.wake(),
      async (unit) => {
        await appendEvents(unit, [update(late, 1)]);
        hasWritten.resolve(null);
        await mayCommit.promise;
      },
    );
    await hasWritten.promise;
    await sales.write(early, 1);
    await sales.relay.drain();
    const before = await effects('first');

    mayCommit.resolve(null);
    await slow;
    await sales.relay.drain();

    expect(before.map(({ account }) => account)).to.deep.equal([early]);
    expect((await effects('first')).map(({ account }) => account)).to.deep.equal([early, late]);
  });

  it('retries a failed delivery after a back-off that holds back its record only', async () => {
    const [broken, sound] = [uuidV7(), uuidV7()];
    let failures = 2;
    const sales = await bus({
      first: async (unit, event) => {
        await recordEffect('first')(unit, event);
        if (accountOf(event) === broken && failures-- > 0) throw new Error('not yet');
      },
    });
    await sales.write(broken, 1, 2);
    await sales.write(sound, 1, 2);

    await sales.relay.drain();
    const afterFirst = await effects('first');
    await sales.relay.drain();
    sales.clock.advance(2000);
    await sales.relay.drain();
    sales.clock.advance(6000);
    await sales.relay.drain();

    expect(afterFirst).to.deep.equal([
      { account: sound, version: 1 },
      { account: sound, version: 2 },
    ]);
    expect((await effects('first')).slice(2)).to.deep.equal([
      { account: broken, version: 1 },
      { account: broken, version: 2 },
    ]);
    expect(failures).to.be.lessThan(0);
  });

  it('keeps the same delivery id over all attempts', async () => {
    const seen: string[] = [];
    const sales = await bus({
      first: (_unit, { deliveryId, attempt }) => {
        seen.push(`${deliveryId} ${attempt}`);
        return Promise.reject(new Error('no'));
      },
    });
    await sales.write(uuidV7(), 1);

    await sales.relay.drain();
    sales.clock.advance(oneDayMs);
    await sales.relay.drain();

    const id = seen[0]?.split(' ')[0] ?? '';
    expect(seen).to.deep.equal([`${id} 1`, `${id} 2`]);
  });

  it('gives up after the last attempt and goes on with the record', async () => {
    const account = uuidV7();
    const sales = await bus({
      first: (unit, event) =>
        versionOf(event) === 1 ? Promise.reject(new TypeError('never')) : recordEffect('first')(unit, event),
    });
    await sales.write(account, 1, 2);

    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      await sales.relay.drain();
      sales.clock.advance(oneDayMs);
    }

    expect(await effects('first')).to.deep.equal([{ account, version: 2 }]);
    const dead = await database
      .knex<Delivery>('core.deliveries')
      .where({ state: 'dead' })
      .first('attempts', 'last_error', 'record_version');
    expect(dead).to.include({ attempts: maxAttempts, last_error: 'TypeError: never', record_version: 1 });
  });

  it('counts a failure of another service the handler talks to', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 192.0.2.1:443'), { code: 'ECONNREFUSED' });
    const sales = await bus({ first: () => Promise.reject(refused) });
    await sales.write(uuidV7(), 1);

    await sales.relay.drain();

    expect(await database.knex('core.deliveries').first('state', 'attempts')).to.deep.equal({
      state: 'waiting',
      attempts: 1,
    });
  });

  it('counts a failure of a statement, even one the handler swallowed', async () => {
    const sales = await bus({
      first: async (unit) => {
        await unit.trx.raw('select 1 / 0').catch(() => undefined);
      },
    });
    await sales.write(uuidV7(), 1);

    await sales.relay.drain();

    expect(await database.knex('core.deliveries').first('state', 'attempts')).to.deep.equal({
      state: 'waiting',
      attempts: 1,
    });
  });

  it('delivers many records over few connections, each once, and rests no connection in a transaction', async () => {
    const sales = await bus({ first: recordEffect('first'), second: recordEffect('second') });
    const accounts = Array.from({ length: 100 }, () => uuidV7());
    for (const account of accounts) await sales.write(account, 1);

    await sales.relay.drain();

    for (const handler of ['first', 'second']) {
      expect((await effects(handler)).map(({ account }) => account)).to.have.members(accounts);
    }
    const { rows } = await database.knex.raw<{ rows: object[] }>(
      `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(rows).to.deep.equal([]);
  });

  it('relays what a handler emits itself', async () => {
    const sales = await bus({
      first: async (unit, event) => {
        await recordEffect('first')(unit, event);
        if (versionOf(event) < 4) await appendEvents(unit, [update(accountOf(event), versionOf(event) + 1)]);
      },
    });
    await sales.write(uuidV7(), 1);

    await sales.relay.drain();

    expect((await effects('first')).map(({ version }) => version)).to.deep.equal([1, 2, 3, 4]);
  });

  it('keeps the deliveries of a paused module until it is resumed', async () => {
    const sales = await bus({ first: recordEffect('first') });
    const account = uuidV7();
    await runUnit(
      database.knex,
      () => undefined,
      (unit) => pauseModule(unit, 'sales', sales.clock.now()),
    );
    await sales.write(account, 1, 2);
    await sales.relay.drain();
    const whilePaused = await effects('first');

    await runUnit(
      database.knex,
      () => undefined,
      (unit) => resumeModule(unit, 'sales'),
    );
    await sales.relay.drain();

    expect(whilePaused).to.deep.equal([]);
    expect((await effects('first')).map(({ version }) => version)).to.deep.equal([1, 2]);
  });

  it('forgets subscriptions a module no longer has, with their deliveries', async () => {
    const sales = await bus({ first: recordEffect('first'), second: () => Promise.reject(new Error('stays waiting')) });
    await sales.write(uuidV7(), 1);
    await sales.relay.drain();

    await runUnit(
      database.knex,
      () => undefined,
      (unit) => syncSubscriptions(unit, moduleWith('sales', ['first'])),
    );

    expect(await states()).to.deep.equal([{ state: 'done', count: 1 }]);
    await runUnit(
      database.knex,
      () => undefined,
      (unit) => removeModule(unit, 'sales'),
    );
    expect(await states()).to.deep.equal([]);
  });

  it('delivers each event once when two relays work on the same database', async () => {
    const handlers = { first: recordEffect('first') };
    const [left, right] = [await bus(handlers), await bus(handlers)];
    const accounts = Array.from({ length: 20 }, () => uuidV7());
    for (const account of accounts) await Promise.all([left.write(account, 1), right.write(uuidV7(), 1)]);
    for (const account of accounts) await left.write(account, 2);

    // In this order: what is fanned out between the two looks would be seen by neither otherwise.
    while (
      (await database.knex('core.pending_events').first()) !== undefined ||
      (await states()).some(({ state }) => state === 'waiting')
    ) {
      await Promise.all([left.relay.drain(), right.relay.drain()]);
    }

    const seen = await effects('first');
    expect(new Set(seen.map(({ account, version }) => `${account} ${version}`)).size)
      .to.equal(seen.length)
      .and.equal(60);
    for (const account of accounts) {
      expect(seen.filter((one) => one.account === account).map(({ version }) => version)).to.deep.equal([1, 2]);
    }
  });

  function states(): Promise<{ state: string; count: number }[]> {
    return database
      .knex('core.deliveries')
      .groupBy('state')
      .orderBy('state')
      .select('state')
      .count({ count: '*' }) as Promise<{ state: string; count: number }[]>;
  }
});

function update(id: string, version: number) {
  return {
    event: accountUpdated,
    payload: { id, version, changed: [] },
    recordVersion: version,
    actor: 'operator',
    onBehalfOf: null,
  };
}
