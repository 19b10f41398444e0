import { setTimeout as pause } from 'node:timers/promises';
import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { uuidV7 } from './uuid-v7.js';

/** One write: a transaction, the change set it makes, and what to do once it is committed. */
export interface UnitOfWork {
  readonly trx: Knex.Transaction;
  /** Identity of the change set: audit rows, trash and undo refer to it. */
  readonly changeSetId: Id;
  /** Runs after the commit, never after a rollback; must not throw. */
  afterCommit(act: () => void): void;
  /** From now on the unit can only roll back, whoever catches the error. */
  fail(error: unknown): void;
  /** Says that the unit stored events, so that the relay of this process looks for them after the commit. */
  eventsStored(): void;
}

/** What opens transactions: a pool, or a connection with one begun already. */
export interface Transactor {
  transaction<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
}

/**
 * Runs `work` as one unit: committed when it resolves and nothing failed it, rolled back otherwise. `wakeRelay` must not throw.
 * @param changeSetId of a change set that takes several transactions
 */
export async function runUnit<T>(
  transactor: Transactor,
  wakeRelay: () => void,
  work: (unit: UnitOfWork) => Promise<T>,
  changeSetId: Id = uuidV7(),
): Promise<T> {
  const acts = new Set<() => void>();
  const failures: unknown[] = [];
  const result = await transactor.transaction(async (trx) => {
    const value = await work({
      trx,
      changeSetId,
      afterCommit: (act) => acts.add(act),
      fail: (error) => failures.push(error),
      eventsStored: () => acts.add(wakeRelay),
    });
    if (failures.length > 0) throw failures[0];
    await assertIntact(trx);
    return value;
  });
  for (const act of acts) act();
  return result;
}

/**
 * PostgreSQL answers the commit of a failed transaction with a rollback and no error, so what it holds would be taken for
 * stored: somebody caught the error of a statement and went on.
 */
async function assertIntact(trx: Knex.Transaction): Promise<void> {
  const connections = trx.client as { acquireConnection(): Promise<Client> };
  const client = await connections.acquireConnection();
  // An error is told before the server says what has become of the transaction.
  while (isWaiting(client)) await pause(1);
  if (client.getTransactionStatus() !== 'E') return;
  throw new Error('A statement of this transaction failed and its error was caught: nothing of it can be stored');
}

/** pg's types do not know that it tells so. */
function isWaiting(client: Client): boolean {
  return Reflect.get(client, 'readyForQuery') === false && !client.connection.stream.destroyed;
}
