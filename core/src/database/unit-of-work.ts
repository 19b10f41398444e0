import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** One write: a transaction, the change set it makes, and what to do once it is committed. */
export interface UnitOfWork {
  readonly trx: Knex.Transaction;
  /** Identity of the change set: audit rows, trash and undo refer to it. */
  readonly changeSetId: Id;
  /** Runs after the commit, never after a rollback; must not throw. */
  afterCommit(act: () => void): void;
  /** From now on the unit can only roll back, whoever catches the error. */
  fail(error: unknown): void;
}
