import type { Knex } from 'knex';
import { Gauge, type Registry } from 'prom-client';
import { readEventLag, type EventLag } from '../events/lag.js';

/** Adds what the database knows of the workspace: the same in all processes. While it cannot be asked, only that is told. */
export function workspaceGauges(registry: Registry, knex: Knex, now: () => Date): void {
  const once = shareReading(() => readWorkspace(knex, now()));
  const gauge = (name: string, help: string, read: (facts: WorkspaceFacts) => number): void => {
    new Gauge({
      ...{ name, help, registers: [registry] },
      async collect() {
        const facts = await once();
        this.set(facts === undefined ? NaN : read(facts));
      },
    });
  };
  new Gauge({
    name: 'trellis_database_up',
    help: 'Whether the database answers',
    registers: [registry],
    async collect() {
      this.set((await once()) === undefined ? 0 : 1);
    },
  });
  gauge('trellis_events_pending', 'Events without their deliveries yet', ({ lag }) => lag.pending);
  gauge('trellis_relay_lag_seconds', 'Age of the oldest delivery that is due', ({ lag }) => lag.oldestSeconds);
  gauge('trellis_dead_letters', 'Deliveries that were given up', ({ lag }) => lag.dead);
  gauge('trellis_held', 'Whether the workspace is a restored copy that sends nothing', ({ isHeld }) =>
    isHeld ? 1 : 0,
  );
  stateGauge(registry, { name: 'trellis_deliveries', help: 'Deliveries that are not done' }, async () => {
    const facts = await once();
    return facts === undefined ? {} : { due: facts.lag.due, later: facts.later, dead: facts.lag.dead };
  });
  stateGauge(registry, { name: 'trellis_jobs', help: 'Jobs in the queue' }, async () => (await once())?.jobs ?? {});
}

function stateGauge(
  registry: Registry,
  { name, help }: { readonly name: string; readonly help: string },
  read: () => Promise<Readonly<Record<string, number>>>,
): void {
  new Gauge({
    ...{ name, help, labelNames: ['state'], registers: [registry] },
    async collect() {
      const states = await read();
      this.reset();
      for (const [state, count] of Object.entries(states)) this.set({ state }, count);
    },
  });
}

interface WorkspaceFacts {
  readonly lag: EventLag;
  /** Deliveries that wait for their back-off, or for their paused module. */
  readonly later: number;
  readonly jobs: Readonly<Record<'due' | 'later' | 'running' | 'given-up', number>>;
  readonly isHeld: boolean;
}

interface CountedRow {
  readonly waiting: number;
  readonly isHeld: boolean;
  readonly due: number;
  readonly later: number;
  readonly running: number;
  readonly givenUp: number;
}

async function readWorkspace(knex: Knex, now: Date): Promise<WorkspaceFacts> {
  const lag = await readEventLag(knex, now);
  const { rows } = await knex.raw<{ rows: readonly [CountedRow] }>(counts);
  const [{ waiting, isHeld, due, later, running, givenUp }] = rows;
  return { lag, later: Math.max(0, waiting - lag.due), jobs: { due, later, running, 'given-up': givenUp }, isHeld };
}

const counts = `
  select (select count(*) from core.deliveries where state = 'waiting')::int as waiting, exists (select from core.holds) as "isHeld",
    count(*) filter (where locked_at is not null)::int as running,
    count(*) filter (where locked_at is null and attempts >= max_attempts)::int as "givenUp",
    count(*) filter (where locked_at is null and attempts < max_attempts and run_at <= now())::int as due,
    count(*) filter (where locked_at is null and attempts < max_attempts and run_at > now())::int as later
  from graphile_worker.jobs`;

/** All gauges of one scrape share one reading. */
function shareReading<T>(read: () => Promise<T>): () => Promise<T | undefined> {
  let reading: Promise<T | undefined> | undefined;
  return () => {
    reading ??= read()
      .catch(() => undefined)
      .finally(() => setImmediate(() => (reading = undefined)));
    return reading;
  };
}
