import type { Knex } from 'knex';
import { quoteName } from '../../database/migrator/identifier.js';

/** A foreign key across the border of a schema, with what is needed to look for orphans. */
export interface CrossingKey {
  /** Quoted `"schema"."table"`. */
  readonly table: string;
  readonly name: string;
  /** As `alter table … add constraint` takes it, all names qualified. */
  readonly definition: string;
  readonly column: string;
  readonly referenced: string;
  readonly referencedColumn: string;
}

/** Records whose reference leads nowhere since the key was gone. */
export interface Orphans {
  readonly table: string;
  readonly column: string;
  readonly count: number;
}

/** Foreign keys that leave or enter a schema. */
export async function findCrossingKeys(trx: Knex.Transaction, schema: string): Promise<readonly CrossingKey[]> {
  await trx.raw('set local search_path = pg_catalog');
  const { rows } = await trx.raw<{ rows: CrossingKey[] }>(crossingKeys, [schema, schema]);
  return rows;
}

/** Takes them off, so that neither side holds the other back any more. */
export async function dropKeys(trx: Knex.Transaction, keys: readonly CrossingKey[]): Promise<void> {
  for (const { table, name } of keys) await trx.raw(`alter table ${table} drop constraint ${quoteName(name)}`);
}

/**
 * Puts keys back for new rows only (NOT VALID), since old rows may have lost what they refer to.
 * @returns those that did, and keys whose other side is gone altogether are left out
 */
export async function restoreKeys(trx: Knex.Transaction, keys: readonly CrossingKey[]): Promise<readonly Orphans[]> {
  const orphans: Orphans[] = [];
  for (const key of keys) {
    if (!(await exists(trx, key.table)) || !(await exists(trx, key.referenced))) continue;
    await trx.raw(
      `alter table ${key.table} add constraint ${quoteName(key.name)} ${key.definition.replace(/ NOT VALID$/, '')} not valid`,
    );
    const count = await countOrphans(trx, key);
    if (count > 0) orphans.push({ table: key.table, column: key.column, count });
  }
  return orphans;
}

const crossingKeys = `
  select format('%I.%I', n.nspname, c.relname) as "table", k.conname as name, pg_get_constraintdef(k.oid) as definition,
         a.attname as "column", format('%I.%I', rn.nspname, rc.relname) as referenced, ra.attname as "referencedColumn"
  from pg_constraint k
  join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_class rc on rc.oid = k.confrelid join pg_namespace rn on rn.oid = rc.relnamespace
  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
  join pg_attribute ra on ra.attrelid = k.confrelid and ra.attnum = k.confkey[1]
  where k.contype = 'f' and k.conparentid = 0 and (n.nspname = ?) <> (rn.nspname = ?)
  order by 1, 2`;

async function exists(trx: Knex.Transaction, table: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { found: boolean }[] }>('select to_regclass(?) is not null as found', [table]);
  return rows[0]?.found === true;
}

async function countOrphans(trx: Knex.Transaction, key: CrossingKey): Promise<number> {
  const [column, target] = [quoteName(key.column), quoteName(key.referencedColumn)];
  const { rows } = await trx.raw<{ rows: { count: number }[] }>(
    `select count(*) as count from ${key.table} t where t.${column} is not null
     and not exists (select from ${key.referenced} r where r.${target} = t.${column})`,
  );
  return rows[0]?.count ?? 0;
}
