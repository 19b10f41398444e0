import type { ClientBase } from 'pg';
import { ArchiveError } from './archive-format.js';

/** Schemas of an installation, whoever else uses the database: core's, the job queue's, plugins' and archived plugins'. */
export const ownSchemas = `(n.nspname in ('core', 'graphile_worker') or n.nspname ~ '^(p|archived_p)_')`;

/** Whether an object belongs to an extension, which brings it along by itself. */
export function isOfExtension(catalog: string, oid: string): string {
  return `exists (select from pg_depend x where x.classid = '${catalog}'::regclass and x.objid = ${oid} and x.deptype = 'e')`;
}

/** @throws ArchiveError `archive_incomplete` naming what a backup could not carry: one that leaves something out is worse than none */
export async function refuseUnsupported(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ what: string }>(unsupported);
  if (rows.length === 0) return;
  const list = rows.map(({ what }) => what).join(', ');
  throw new ArchiveError(
    'archive_incomplete',
    `A backup cannot carry ${list}. Use the tools of PostgreSQL (pg_dump) for this database, or change the migration`,
  );
}

const unsupported = `
  select case c.relkind when 'm' then 'materialized view ' when 'f' then 'foreign table ' when 'p' then 'table that is divided again ' else 'inheriting table ' end
    || c.oid::regclass as what
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and (c.relkind in ('m', 'f') or (c.relkind = 'p' and c.relispartition)
    or (c.relkind = 'r' and not c.relispartition and exists (select from pg_inherits i where i.inhrelid = c.oid)))
  union all
  select 'policy ' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where ${ownSchemas}
  union all
  select 'rule ' || r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and r.rulename <> '_RETURN'
  union all
  select 'aggregate ' || p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${ownSchemas} and p.prokind not in ('f', 'p') and not ${isOfExtension('pg_proc', 'p.oid')}
  union all
  select 'type ' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace
  where ${ownSchemas} and t.typtype not in ('c', 'e', 'd') and t.typelem = 0 and not ${isOfExtension('pg_type', 't.oid')}
  union all
  select 'operator ' || o.oprname from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
  where ${ownSchemas} and not ${isOfExtension('pg_operator', 'o.oid')}
  union all
  select 'text search configuration ' || f.cfgname from pg_ts_config f join pg_namespace n on n.oid = f.cfgnamespace
  where ${ownSchemas} and not ${isOfExtension('pg_ts_config', 'f.oid')}
  union all
  select 'collation ' || o.collname from pg_collation o join pg_namespace n on n.oid = o.collnamespace where ${ownSchemas}
  order by 1`;
