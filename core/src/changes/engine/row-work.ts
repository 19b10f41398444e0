import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { WriteScope } from '../../records/record-scope.js';
import type { ChangeSet, ChangeSetProblem } from '../change-set.js';

/** One transaction of a change set, as its actor. */
export interface ChangeUnit {
  readonly trx: Knex.Transaction;
  readonly generation: Generation;
  /** Runs work on an entity's records in this transaction. */
  within<T>(entity: CompiledEntity, work: (scope: WriteScope) => Promise<T>): Promise<T>;
}

/** A kind of change set that a job works off row by row. */
export interface RowWork {
  /** Fills `core.change_set_rows` in the order in which they are to be done. Called once. */
  list(unit: ChangeUnit, set: ChangeSet): Promise<void>;
  /**
   * Does some rows, all or none, with a number of statements that does not depend on theirs.
   * @returns what was left out, and why
   * @throws TrellisError when something about one of them refuses all; they are then done in smaller sets
   */
  apply(unit: ChangeUnit, set: ChangeSet, items: readonly Id[]): Promise<readonly ChangeSetProblem[]>;
  /** Entity and record that a row is about, for what is said of one that was refused. */
  subject(unit: ChangeUnit, set: ChangeSet, item: Id): Promise<Pick<ChangeSetProblem, 'entity' | 'recordId'>>;
  /** Once all rows are done, in the transaction that ends the change set. */
  finish?(unit: ChangeUnit, set: ChangeSet): Promise<void>;
}
