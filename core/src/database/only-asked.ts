import type { Knex } from 'knex';

/** Does work within a transaction for its answer alone: whatever it writes is taken back, also when it fails. */
export async function onlyAsked<T>(trx: Knex.Transaction, work: () => Promise<T>): Promise<T> {
  await trx.raw('savepoint only_asked');
  try {
    return await work();
  } finally {
    await trx.raw('rollback to savepoint only_asked; release savepoint only_asked');
  }
}
