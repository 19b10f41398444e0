import type { EventEnvelope } from '@trellis-crm/sdk';
import type { Database } from '../../dist/database/database.js';
import type { TestHandler } from './bus.js';

/** What a handler did in the database. */
export interface Effect {
  readonly account: string;
  readonly version: number;
}

/** Makes the table that {@link recordEffect} writes to. */
export async function createEffects(database: Database): Promise<void> {
  await database.knex.raw('create table effects (position bigserial, handler text, account uuid, version integer)');
}

/** A handler that writes what it saw in the transaction of its delivery. */
export function recordEffect(handler: string): TestHandler {
  return async (unit, event) => {
    await unit.trx('effects').insert({ handler, account: accountOf(event), version: versionOf(event) });
  };
}

/** Effects of a handler in the order they were written. */
export async function readEffects(database: Database, handler: string): Promise<Effect[]> {
  const { rows } = await database.knex.raw<{ rows: Effect[] }>(
    'select account, version from effects where handler = ? order by position',
    [handler],
  );
  return rows;
}

/** Account of an event of the tests. */
export function accountOf(event: EventEnvelope<unknown>): string {
  return (event.payload as Effect & { id: string }).id;
}

/** Version of the account after the event of the tests. */
export function versionOf(event: EventEnvelope<unknown>): number {
  return (event.payload as Effect).version;
}
