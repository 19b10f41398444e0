import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { runUnit } from '../database/unit-of-work.js';
import { recordScope, type RecordWorld } from '../records/record-scope.js';
import { callInUnit, type JobSession } from '../records/unit-call.js';
import type { ChangeUnit } from './engine/row-work.js';

/** What the transactions of a change set are made of. */
export interface ChangeTransactionParts {
  readonly knex: Knex;
  readonly world: RecordWorld;
  wakeRelay(): void;
}

/** Transactions of a change set, as its actor. */
export function changeTransactions(
  { knex, world, wakeRelay }: ChangeTransactionParts,
  id: Id,
  session: JobSession,
): <T>(work: (unit: ChangeUnit) => Promise<T>) => Promise<T> {
  return (work) =>
    runUnit(
      knex,
      wakeRelay,
      (unit) => {
        const call = callInUnit(session, unit);
        return work({
          trx: unit.trx,
          generation: session.generation,
          within: ({ definition }, act) => recordScope(world, call, definition.module).inUnit(act),
        });
      },
      id,
    );
}
