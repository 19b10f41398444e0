import type { ClientBase } from 'pg';
import { isOfExtension, ownSchemas } from './schema-scope.js';

/** Statements that come before any object. */
export async function readBeginning(client: ClientBase): Promise<readonly string[]> {
  return [...(await statements(client, schemas)), ...(await statements(client, extensions))];
}

/** Statements that come when all rows are there: keys, indexes, triggers and the like, in an order in which each finds what it needs. */
export async function readEnding(client: ClientBase): Promise<readonly string[]> {
  const found: string[] = [];
  for (const query of [
    columnSettings,
    ownedSequences,
    constraints,
    indexes,
    statistics,
    triggers,
    parts,
    security,
    comments,
  ])
    found.push(...(await statements(client, query)));
  return found;
}

async function statements(client: ClientBase, query: string): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(query);
  return rows.map(({ statement }) => statement);
}

const schemas = `select format('create schema %I', n.nspname) as statement from pg_namespace n where ${ownSchemas} order by n.nspname`;

/** Those our objects use; what else the operator installed is not ours to bring along. */
const extensions = `
  select format('create extension if not exists %I with schema %I', e.extname, n.nspname) as statement
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace
  where ${ownSchemas} or exists (
    select from pg_depend member
    join pg_depend d on d.refclassid = member.classid and d.refobjid = member.objid and d.classid in ('pg_class'::regclass, 'pg_proc'::regclass)
    where member.refclassid = 'pg_extension'::regclass and member.refobjid = e.oid and member.deptype = 'e' and exists (
      select from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = d.objid and ${ownSchemas}
      union all select from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = d.objid and ${ownSchemas}))
  order by e.extname`;

const columnSettings = `
  select format('alter table %I.%I alter column %I set %s', n.nspname, c.relname, a.attname, s.setting) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid join pg_type t on t.oid = a.atttypid
  cross join lateral (values
    (case when a.attstorage <> t.typstorage then 'storage '
       || case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end),
    (case when coalesce(a.attstattarget, -1) >= 0 then 'statistics ' || a.attstattarget end)) s (setting)
  where ${ownSchemas} and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and s.setting is not null
  order by n.nspname, c.relname, a.attnum, s.setting`;

const ownedSequences = `
  select format('alter sequence %I.%I owned by %I.%I.%I', n.nspname, c.relname, tn.nspname, t.relname, a.attname) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
  join pg_class t on t.oid = d.refobjid join pg_namespace tn on tn.oid = t.relnamespace
  join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
  where ${ownSchemas} and c.relkind = 'S' order by 1`;

/** Keys before references to them; parts get those of the whole when they become its parts. That a column is not null came with its table. */
const constraints = `
  select format('alter table %I.%I add constraint %I %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)) as statement
  from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and k.contype in ('p', 'u', 'x', 'c', 'f') and k.conparentid = 0
  order by position(k.contype::text in 'puxcf'), n.nspname, c.relname, k.conname`;

/** An index that a broken-off build left is not worth keeping. */
const indexes = `
  select replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as statement
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and i.indisvalid and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
    and exists (select from pg_class t where t.oid = i.indrelid and t.relkind in ('r', 'p'))
    and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
  order by n.nspname, c.relname`;

const statistics = `
  select pg_get_statisticsobjdef(s.oid) as statement from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
  where ${ownSchemas} order by n.nspname, s.stxname`;

const triggers = `
  select s.statement from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
  cross join lateral (values
    (1, pg_get_triggerdef(g.oid)),
    (2, case when g.tgenabled <> 'O' then format('alter table %I.%I %s trigger %I', n.nspname, c.relname,
       case g.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' else 'enable always' end, g.tgname) end)) s (step, statement)
  where ${ownSchemas} and not g.tgisinternal and g.tgparentid = 0 and s.statement is not null
  order by n.nspname, c.relname, g.tgname, s.step`;

/** They bring their indexes along, or have them made. */
const parts = `
  select format('alter table %s attach partition %I.%I %s', i.inhparent::regclass, n.nspname, c.relname, pg_get_expr(c.relpartbound, c.oid)) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_inherits i on i.inhrelid = c.oid
  where ${ownSchemas} and c.relkind = 'r' and c.relispartition order by n.nspname, c.relname`;

const security = `
  select format('alter table %I.%I %s row level security', n.nspname, c.relname, s.setting) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  cross join lateral (values (case when c.relrowsecurity then 'enable' end), (case when c.relforcerowsecurity then 'force' end)) s (setting)
  where ${ownSchemas} and s.setting is not null and not ${isOfExtension('pg_class', 'c.oid')} order by 1`;

const comments = `
  select format('comment on %s is %L', s.what, d.description) as statement
  from pg_description d join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid join pg_namespace n on n.oid = c.relnamespace
  left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0
  cross join lateral (values (case
    when a.attname is not null then format('column %I.%I.%I', n.nspname, c.relname, a.attname)
    when c.relkind in ('r', 'p') then format('table %I.%I', n.nspname, c.relname)
    when c.relkind = 'v' then format('view %I.%I', n.nspname, c.relname) end)) s (what)
  where ${ownSchemas} and s.what is not null order by 1`;
