import { Account, recordEvent, type Clock, type EventDefinition, type EventEnvelope } from '@trellis-crm/sdk';
import { pino } from 'pino';
import type { Database } from '../../dist/database/database.js';
import { runUnit, type UnitOfWork } from '../../dist/database/unit-of-work.js';
import { syncSubscriptions } from '../../dist/events/module-work.js';
import { appendEvents } from '../../dist/events/outbox.js';
import { Relay } from '../../dist/events/relay.js';
import type { Registrations, Subscription } from '../../dist/kernel/registrations.js';

/** The event all these tests write. */
export const accountUpdated = recordEvent(Account, 'updated');

/** What a test's handler gets: the transaction of its delivery instead of a context. */
export type TestHandler = (unit: UnitOfWork, event: EventEnvelope<unknown>) => Promise<void>;

/** A clock that moves only when told. */
export class TestClock {
  #now: Date;

  constructor(now = new Date('2026-03-01T12:00:00Z')) {
    this.#now = now;
  }

  now(): Date {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

/** A bus with one module's subscriptions by name, all to {@link accountUpdated}. */
export interface TestBus<C extends Clock = TestClock> {
  readonly clock: C;
  readonly relay: Relay;
  /** Commits one update of the account per version, each in a transaction of its own. */
  write(accountId: string, ...versions: readonly number[]): Promise<void>;
}

/** Wires a relay whose handlers are given by name, and registers them in the database. */
export async function openBus<C extends Clock>(
  database: Database,
  handlers: Readonly<Record<string, TestHandler>>,
  clock: C,
): Promise<TestBus<C>> {
  const registrations = moduleWith('sales', Object.keys(handlers));
  await runUnit(
    database.knex,
    () => undefined,
    (unit) => syncSubscriptions(unit, registrations),
  );
  const byId = new Map(registrations.subscriptions.map((one) => [`sales:${one.name}`, one]));
  const relay = new Relay({
    knex: database.knex,
    clock,
    log: pino({ level: 'silent' }),
    subscriptions: () => byId,
    runHandler: async (subscription, envelope, unit) => handlers[subscription.name]?.(unit, envelope),
    connectionsInUse: () => database.requestPool().inUse,
    announce: () => Promise.resolve(() => undefined),
    tell: () => Promise.resolve(),
    listened: () => [],
    sendMessages: () => Promise.resolve(),
  });
  return {
    clock,
    relay,
    async write(accountId, ...versions) {
      for (const version of versions) await commitUpdate(database, relay, accountId, version);
    },
  };
}

/** A module that only subscribes. */
export function moduleWith(
  module: string,
  names: readonly string[],
  event: EventDefinition = accountUpdated,
): Registrations {
  const subscriptions = names.map((name): Subscription => ({
    module,
    name,
    event,
    handle: () => Promise.reject(new Error('run by the test')),
  }));
  return {
    module,
    version: '1.0.0',
    title: module,
    folder: null,
    requires: {},
    optional: {},
    capabilities: [],
    definition: { register: () => undefined },
    routes: [],
    pages: [],
    panels: [],
    blocks: [],
    subscriptions,
    live: [],
    guards: [],
    contributions: [],
    jobs: [],
    providers: [],
  };
}

function commitUpdate(database: Database, relay: Relay, id: string, version: number): Promise<void> {
  return runUnit(
    database.knex,
    () => relay.wake(),
    (unit) =>
      appendEvents(unit, [
        {
          event: accountUpdated,
          payload: { id, version, changed: ['name'] },
          recordVersion: version,
          actor: 'operator',
          onBehalfOf: null,
        },
      ]),
  );
}
