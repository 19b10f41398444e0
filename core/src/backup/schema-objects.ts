import type { ClientBase } from 'pg';
import { isOfExtension, ownSchemas } from './schema-scope.js';

/** Something with a name of its own that others may depend on, and the statement that makes it. */
export interface SchemaObject {
  /** `<catalog>:<oid>`; of no meaning outside this database. */
  readonly key: string;
  /** Qualified, for a stable order among those that do not depend on each other. */
  readonly name: string;
  readonly statement: string;
}

/** Types, sequences, functions, tables without constraints, and views, each after what it needs. */
export async function readObjects(client: ClientBase): Promise<readonly SchemaObject[]> {
  const found: SchemaObject[] = [];
  for (const query of [types, sequences, functions, tables, views]) {
    const { rows } = await client.query<SchemaObject>(query);
    found.push(...rows);
  }
  const { rows: edges } = await client.query<{ from: string; to: string }>(dependencies);
  return inOrder(found, edges);
}

/** Depth first: whatever one needs comes before it; otherwise by name. */
function inOrder(
  objects: readonly SchemaObject[],
  edges: readonly { readonly from: string; readonly to: string }[],
): readonly SchemaObject[] {
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const needs = Map.groupBy(edges, ({ from }) => from);
  const byName = (left: SchemaObject, right: SchemaObject): number => (left.name < right.name ? -1 : 1);
  const ordered = new Set<SchemaObject>();
  const visited = new Set<SchemaObject>();
  const visit = (object: SchemaObject): void => {
    if (visited.has(object)) return;
    visited.add(object);
    const needed = (needs.get(object.key) ?? []).flatMap(({ to }) => byKey.get(to) ?? []);
    needed.sort(byName).forEach(visit);
    ordered.add(object);
  };
  [...objects].sort(byName).forEach(visit);
  return [...ordered];
}

const types = `
  select 'pg_type:' || t.oid as key, format('%I.%I', n.nspname, t.typname) as name,
    case t.typtype
      when 'e' then format('create type %I.%I as enum (%s)', n.nspname, t.typname,
        (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
      when 'd' then format('create domain %I.%I as %s%s%s%s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod),
        coalesce(' default ' || t.typdefault, ''), case when t.typnotnull then ' not null' else '' end,
        (select string_agg(format(' constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
         from pg_constraint k where k.contypid = t.oid and k.contype = 'c'))
      else format('create type %I.%I as (%s)', n.nspname, t.typname,
        (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
         from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
    end as statement
  from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
  where ${ownSchemas} and (t.typtype in ('e', 'd') or (t.typtype = 'c' and c.relkind = 'c')) and not ${isOfExtension('pg_type', 't.oid')}`;

/** Those of identity columns come with their columns. */
const sequences = `
  select 'pg_class:' || c.oid as key, format('%I.%I', n.nspname, c.relname) as name,
    format('create sequence %I.%I as %s increment %s minvalue %s maxvalue %s start %s cache %s%s', n.nspname, c.relname,
      format_type(s.seqtypid, null), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
      case when s.seqcycle then ' cycle' else '' end) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_sequence s on s.seqrelid = c.oid
  where ${ownSchemas} and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('i', 'e'))`;

const functions = `
  select 'pg_proc:' || p.oid as key, p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as statement
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${ownSchemas} and p.prokind in ('f', 'p') and not ${isOfExtension('pg_proc', 'p.oid')}`;

/** `attgenerated` is `v` from PostgreSQL 18 on: computed when read. */
const column = `
  format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
  || case when a.attcollation <> t.typcollation then
       (select format(' collate %I.%I', cn.nspname, co.collname) from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace
        where co.oid = a.attcollation) else '' end
  || case
       when a.attgenerated <> '' then format(' generated always as (%s) %s', pg_get_expr(d.adbin, d.adrelid),
         case a.attgenerated when 's' then 'stored' else 'virtual' end)
       when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid)
       when a.attidentity <> '' then (
         select format(' generated %s as identity (sequence name %I.%I increment %s minvalue %s maxvalue %s start %s cache %s%s)',
           case a.attidentity when 'a' then 'always' else 'by default' end, n.nspname, sc.relname, s.seqincrement, s.seqmin,
           s.seqmax, s.seqstart, s.seqcache, case when s.seqcycle then ' cycle' else '' end)
         from pg_depend i join pg_class sc on sc.oid = i.objid join pg_sequence s on s.seqrelid = sc.oid
         where i.classid = 'pg_class'::regclass and i.refclassid = 'pg_class'::regclass and i.refobjid = c.oid
           and i.refobjsubid = a.attnum and i.deptype = 'i')
       else '' end
  || case when a.attnotnull then ' not null' else '' end`;

/** Parts of a divided table are tables by themselves until all is filled. */
const tables = `
  select 'pg_class:' || c.oid as key, format('%I.%I', n.nspname, c.relname) as name,
    format('create %stable %I.%I (%s)%s', case c.relpersistence when 'u' then 'unlogged ' else '' end, n.nspname, c.relname,
      (select string_agg(${column}, ', ' order by a.attnum)
       from pg_attribute a join pg_type t on t.oid = a.atttypid
       left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      coalesce(' partition by ' || pg_get_partkeydef(c.oid), '') || coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '')) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and c.relkind in ('r', 'p') and not ${isOfExtension('pg_class', 'c.oid')}`;

const views = `
  select 'pg_class:' || c.oid as key, format('%I.%I', n.nspname, c.relname) as name,
    format('create view %I.%I%s as %s', n.nspname, c.relname,
      coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''), pg_get_viewdef(c.oid)) as statement
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and c.relkind = 'v' and not ${isOfExtension('pg_class', 'c.oid')}`;

/** A default, a view's query and a row type count as their table or view; an array type as its element. */
const ownerOf = (catalog: string, oid: string): string => `
  case ${catalog}
    when 'pg_attrdef'::regclass then (select 'pg_class:' || x.adrelid from pg_attrdef x where x.oid = ${oid})
    when 'pg_rewrite'::regclass then (select 'pg_class:' || x.ev_class from pg_rewrite x where x.oid = ${oid})
    when 'pg_type'::regclass then (
      select case when r.relkind is not null and r.relkind <> 'c' then 'pg_class:' || r.oid else 'pg_type:' || e.oid end
      from pg_type x join pg_type e on e.oid = case when x.typelem <> 0 and x.typcategory = 'A' then x.typelem else x.oid end
      left join pg_class r on r.oid = e.typrelid where x.oid = ${oid})
    when 'pg_class'::regclass then (
      select case when x.relkind = 'c' then 'pg_type:' || x.reltype else 'pg_class:' || x.oid end from pg_class x where x.oid = ${oid})
    when 'pg_proc'::regclass then 'pg_proc:' || ${oid}
  end`;

const dependencies = `
  select distinct "from", "to" from (
    select ${ownerOf('d.classid', 'd.objid')} as "from", ${ownerOf('d.refclassid', 'd.refobjid')} as "to"
    from pg_depend d where d.deptype = 'n' and d.objid >= 16384 and d.refobjid >= 16384
  ) edges where "from" <> "to"`;
