import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity } from '../compiled-entity.js';
import { keptColumn } from './kept-part.js';

/**
 * Forgets the kept answers of records whose lists refer to records about to be deleted: the database takes the entries along, and the
 * records' own rows do not change. It is asked which lists those are, for it knows the ones of disabled plugins too.
 */
export async function forgetKept(
  trx: Knex.Transaction,
  { schemaName, tableName }: CompiledEntity,
  ids: readonly Id[],
): Promise<void> {
  const { rows } = await trx.raw<{ rows: ReferringList[] }>(referringLists, [`${schemaName}.${tableName}`]);
  for (const { list, ref, owner, record } of rows)
    await trx.raw(
      `update ${owner} r set kept = null
       where r.kept is not null and r.id in (select l.${record} from ${list} l where l.${ref} = any(?::uuid[]))`,
      [[...ids]],
    );
}

/** A child table whose entries refer to an entity, and the table of the records they belong to; names are quoted. */
interface ReferringList {
  readonly list: string;
  readonly ref: string;
  readonly owner: string;
  readonly record: string;
}

/** A list's key begins with the column that names its record. */
const referringLists = `
  select l.conrelid::regclass::text as list, quote_ident(ref.attname) as ref, o.confrelid::regclass::text as owner, quote_ident(record.attname) as record
  from pg_constraint l
  join pg_constraint o on o.conrelid = l.conrelid and o.contype = 'f' and o.oid <> l.oid
  join pg_index i on i.indrelid = l.conrelid and i.indisprimary and i.indkey[0] = o.conkey[1]
  join pg_attribute ref on ref.attrelid = l.conrelid and ref.attnum = l.conkey[1]
  join pg_attribute record on record.attrelid = o.conrelid and record.attnum = o.conkey[1]
  join pg_attribute kept on kept.attrelid = o.confrelid and kept.attname = '${keptColumn.name}' and not kept.attisdropped
  where l.contype = 'f' and l.confrelid = ?::regclass`;
