import type { Knex } from 'knex';
import { keptColumnStatements } from '../../database/kept-column.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { tablesOf } from './keep-answers.js';

/**
 * Gives tables the column of kept answers that they lack: those of a plugin whose migrations are older than it. Done before entities are
 * served, and instant; a migration that declares it later finds it there.
 */
export async function addKeptColumns(knex: Knex, entities: Iterable<CompiledEntity>): Promise<void> {
  const names = [...entities].flatMap(tablesOf).map(({ name }) => name);
  const { rows } = await knex.raw<{ rows: { name: string }[] }>(lacking, [names]);
  for (const { name } of rows) await knex.raw(keptColumnStatements(name).join(';\n'));
}

/** A table that is not there yet is made by its migration. */
const lacking = `
  select t.name from unnest(?::text[]) as t (name)
  where to_regclass(t.name) is not null
    and not exists (select from pg_attribute a where a.attrelid = to_regclass(t.name) and a.attname = 'kept' and not a.attisdropped)`;
