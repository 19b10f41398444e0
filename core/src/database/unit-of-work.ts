import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
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

/**
 * Runs `work` as one unit: committed when it resolves and nothing failed it, rolled back otherwise. `wakeRelay` must not throw.
 * @param changeSetId of a change set that takes several transactions
 */
export async function runUnit<T>(
  knex: Knex,
  wakeRelay: () => void,
  work: (unit: UnitOfWork) => Promise<T>,
  changeSetId: Id = uuidV7(),
): Promise<T> {
  const acts = new Set<() => void>();
  const failures: unknown[] = [];
  const result = await knex.transaction(async (trx) => {
    const value = await work({
      trx,
      changeSetId,
      afterCommit: (act) => acts.add(act),
      fail: (error) => failures.push(error),
      eventsStored: () => acts.add(wakeRelay),
    });
    if (failures.length > 0) throw failures[0];
    return value;
  });
  for (const act of acts) act();
  return result;
}
