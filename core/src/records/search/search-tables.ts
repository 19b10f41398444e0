import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { CompiledEntity } from '../compiled-entity.js';
import { quoted, toSnake } from '../names.js';
import { textLiteral } from '../writes/statement-text.js';

/** The table of the search rows of an entity, quoted, with its schema: the part of `core.search_entries` that holds this kind only. */
export function searchTableOf(entity: string): string {
  const name = `${prefix}${toSnake(entity.replace('.', '__'))}`;
  return quoted('core', name.length <= longestName ? name : `${name.slice(0, 50)}_${digestOf(entity)}`);
}

/** Makes the parts that entities lack. Done before they are served, and instant: what was never searched has no rows. */
export async function addSearchTables(knex: Knex, entities: Iterable<CompiledEntity>): Promise<void> {
  const ids = [...entities].flatMap(({ search, definition }) => (search === null ? [] : definition.id));
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(lacking, [ids, ids.map(searchTableOf)]);
  for (const { id } of rows) await knex.raw(addStatement(id));
}

/** Drops the parts of a module that is deleted for good. */
export async function dropSearchTables(trx: Knex.Transaction, module: string): Promise<void> {
  for (const name of await tablesOfModule(trx, module)) await trx.raw(`drop table ${name}`);
}

/** Empties the parts of a module that leaves. */
export async function emptySearchTables(trx: Knex.Transaction, module: string): Promise<void> {
  for (const name of await tablesOfModule(trx, module)) await trx.raw(`delete from ${name}`);
}

async function tablesOfModule(trx: Knex.Transaction, module: string): Promise<readonly string[]> {
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'core.search_entries'::regclass and starts_with(c.relname, ?)`,
    [`${prefix}${toSnake(module)}__`],
  );
  return rows.map(({ name }) => quoted('core', name));
}

const prefix = 'search_of_';
/** PostgreSQL cuts names behind 63 bytes. */
const longestName = 60;

function digestOf(entity: string): string {
  return createHash('sha256').update(entity).digest('hex').slice(0, 8);
}

const lacking = 'select t.id from unnest(?::text[], ?::text[]) as t (id, name) where to_regclass(t.name) is null';

/** Processes that start together take turns. To attach a table lets others read and write its siblings, which making it as a part would not. */
function addStatement(id: string): string {
  const table = searchTableOf(id);
  return `
    do $$ begin
      perform pg_advisory_xact_lock(hashtext('core.search_entries'));
      if to_regclass(${textLiteral(table)}) is null then
        create table ${table} (like core.search_entries including defaults including constraints including indexes) with (fillfactor = 90);
        alter table core.search_entries attach partition ${table} for values in (${textLiteral(id)});
      end if;
    end $$`;
}
