import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { UnitOfWork } from '../../database/unit-of-work.js';

/** Where the statements of one change set run: in a transaction, or one statement by itself on a connection of the pool. */
export interface WritePlace {
  readonly db: Knex;
  readonly changeSetId: Id;
  /** Called once events are stored; the relay of this process looks for them after the commit. */
  eventsStored(): void;
  /** Half a change was made: whatever is around it can only roll back. */
  fail(error: unknown): void;
}

/** The transaction of a unit of work. */
export function placeIn(unit: Pick<UnitOfWork, 'trx' | 'changeSetId' | 'eventsStored' | 'fail'>): WritePlace {
  return {
    db: unit.trx,
    changeSetId: unit.changeSetId,
    eventsStored: () => unit.eventsStored(),
    fail: (error) => unit.fail(error),
  };
}
