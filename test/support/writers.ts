import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, FaultServer } from './fault-server.js';

/** What came of a group of writers. */
export interface Written {
  /** Id by name of each contact whose creation was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Times that nobody knew whether a creation had happened: it was asked for again with the same key, or given up without one. */
  readonly retries: number;
  /** Statuses that no client should see, with how often. */
  readonly unexpected: ReadonlyMap<number, number>;
}

/** Writers at work. */
export interface Writers {
  /** Creations that were acknowledged so far. */
  count(): number;
  /** Lets each finish what it does, and gathers what came of it. */
  stop(): Promise<Written>;
}

const pauseMs = 250;
/** The server says to come again: overload, a database that is away, a twin of this request under way. */
const comeAgain = [409, 429, 503];

/**
 * Starts clients that create contacts one after the other. Every other one sends keys and asks until each is acknowledged; those
 * between send none, so their creations travel together, and go on with another contact when nobody knows.
 */
export function startWriters(server: FaultServer, count = 16, idleMs = 10): Writers {
  const stop = new AbortController();
  const acknowledged = new Map<string, string>();
  const unexpected = new Map<number, number>();
  const tag = randomUUID().slice(0, 8);
  let retries = 0;
  const create = async (name: string, hasKey: boolean): Promise<void> => {
    const headers: Record<string, string> = hasKey ? { 'idempotency-key': name } : {};
    do {
      const answer = await server.ask('POST', '/api/v1/contacts', { body: { name }, headers }).catch(() => undefined);
      if (answer?.status === 201) {
        acknowledged.set(name, answer.body.id);
        return;
      }
      retries += 1;
      if (answer !== undefined && !comeAgain.includes(answer.status)) {
        countOne(unexpected, answer);
        return;
      }
      await sleep(pauseMs);
    } while (hasKey);
  };
  const write = async (writer: number): Promise<void> => {
    for (let number = 0; !stop.signal.aborted; number += 1) {
      await create(`${tag} writer ${writer} number ${number}`, writer % 2 === 0);
      await sleep(idleMs);
    }
  };
  const all = Promise.all(Array.from({ length: count }, (_, writer) => write(writer)));
  return {
    count: () => acknowledged.size,
    async stop() {
      stop.abort();
      await all;
      return { acknowledged, retries, unexpected };
    },
  };
}

function countOne(unexpected: Map<number, number>, { status }: Answer): void {
  unexpected.set(status, (unexpected.get(status) ?? 0) + 1);
}

/** What is wrong with what writers left in the database; all lists are empty when nothing is. */
export interface Losses {
  /** Acknowledged, and not there. */
  readonly missing: readonly string[];
  /** There more than once. */
  readonly doubled: readonly string[];
}

/** Compares what was acknowledged with what is there. */
export async function findLosses(server: FaultServer, { acknowledged }: Written): Promise<Losses> {
  const names = [...acknowledged.keys()];
  const rows = await server.sql<{ id: string; name: string }>(
    'select id, name from core.contacts where name = any($1)',
    [names],
  );
  const there = new Set(rows.map(({ id }) => id));
  const seen = new Set<string>();
  const doubled = rows.filter(({ name }) => seen.size === seen.add(name).size).map(({ name }) => name);
  return { missing: names.filter((name) => !there.has(acknowledged.get(name) ?? '')), doubled };
}

/** Contacts of which some subscription has no effect, or more than one. @param perContact subscriptions that note each */
export function findWrongEffects(server: FaultServer, type: string, perContact: number): Promise<{ id: string }[]> {
  return server.sql<{ id: string }>(
    `select contacts.id from core.contacts
     left join core.events on events.type = $1 and events.payload->>'contactId' = contacts.id::text
     group by contacts.id having count(events.type) <> $2`,
    [type, perContact],
  );
}
