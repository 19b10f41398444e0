import { AsyncLocalStorage } from 'node:async_hooks';
import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { readTransactionStatus } from './transaction-status.js';
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
  /** Whether it can only roll back; the database may take no statement in it any more. */
  isFailed(): boolean;
  /** Says that the unit stored events, so that the relay of this process looks for them after the commit. */
  eventsStored(): void;
}

/** What opens transactions: a pool, or a connection with one begun already. */
export interface Transactor {
  transaction<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
}

/** The unit that a chain of calls is in: what writes anywhere in the chain belongs to it. */
export type CurrentUnit = AsyncLocalStorage<UnitOfWork>;

/** The chains of one database, none of which is in a unit yet. */
export function createCurrentUnit(): CurrentUnit {
  return new AsyncLocalStorage<UnitOfWork>();
}

/** Runs `work` as a part of a unit: an error dooms the whole even when somebody in between catches it, half a change is no change. */
export async function joinUnit<T>(unit: UnitOfWork, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    unit.fail(error);
    throw error;
  }
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
      isFailed: () => failures.length > 0,
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
  if ((await readTransactionStatus(client)) !== 'failed') return;
  throw new Error('A statement of this transaction failed and its error was caught: nothing of it can be stored');
}
