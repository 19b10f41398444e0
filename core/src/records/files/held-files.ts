import type { Knex } from 'knex';
import { quoted } from '../names.js';
import { fileIdColumn } from './file-fields.js';

/**
 * Condition that holds for a file `f` which a record holds, in the trash or not. Asked of the database, which knows the tables of disabled
 * and archived plugins too, and of nobody else.
 */
export async function isHeldByRecord(db: Knex): Promise<string> {
  const { rows } = await db.raw<{ rows: { schema: string; table: string }[] }>(
    `select n.nspname as "schema", c.relname as "table" from pg_attribute a
     join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where a.attname = ? and a.atttypid = 'uuid'::regtype and not a.attisdropped and c.relkind in ('r', 'p')
       and n.nspname ~ '^(core$|p_|archived_p_)'`,
    [fileIdColumn],
  );
  const held = rows.map(
    ({ schema, table }) => `exists (select from ${quoted(schema, table)} h where h."${fileIdColumn}" = f.id)`,
  );
  return `(${['false', ...held].join(' or ')})`;
}
