import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { enqueueJob } from '../../jobs/job-queue.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { textLiteral } from '../sql.js';
import { keepAnswersJob, tablesOf, type KeepingTable } from './keep-answers.js';

/**
 * Has the job run when rows lack what they could keep, as they all do after an update of the program or of a plugin. Asked of the oldest
 * rows of each table, in one statement: what single rows lack waits for the night.
 */
export async function noteUnkept(knex: Knex, entities: Iterable<CompiledEntity>, log: BaseLogger): Promise<void> {
  const checks = [...entities].flatMap(tablesOf).map(lacksSome);
  if (checks.length === 0) return;
  try {
    const { rows } = await knex.raw<{ rows: { lacks: boolean }[] }>(`select ${checks.join(' or ')} as lacks`);
    if (rows[0]?.lacks !== true) return;
    await enqueueJob(knex, { module: 'core', name: keepAnswersJob, payload: {}, key: keepAnswersJob });
  } catch (error) {
    log.warn({ err: error }, 'answers could not be looked at; the next start tries again');
  }
}

const looked = 20;

function lacksSome({ name, key, part }: KeepingTable): string {
  const oldest = `select kept from ${name} order by ${key} limit ${looked}`;
  return `exists (select from (${oldest}) r where kept is null or kept[1] <> ${textLiteral(part.shape)})`;
}
