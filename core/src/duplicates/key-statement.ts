import type { CompiledEntity, CompiledRule } from '../records/compiled-entity.js';
import { nameFormSql } from '../records/duplicates/name-form.js';
import { quoted } from '../records/names.js';
import { searchTableOf } from '../records/search/search-tables.js';
import { textLiteral } from '../records/sql.js';
import { tableOf } from '../records/statements/source.js';
import { isNameEnough, keyGroups, nameBlocks, type KeyGroup } from './key-groups.js';

/**
 * Makes the keys of the next records in the order of ids. Bindings: last id or null twice, number of records.
 * @returns the last of them, or null behind the last one
 */
export function keyStatement(entity: CompiledEntity): string {
  const groups = keyGroups(entity);
  const values = groups.flatMap((group) =>
    group.rules.map((rule) => `select ${group.rule}, record_id, key from (${valuesSql(entity, rule)}) v`),
  );
  const name = groups.find(({ as }) => as === 'name');
  const blocks = name === undefined ? [] : [blocksSql(entity, groups, name)];
  return `
    with ids as materialized (
      select r.id from ${tableOf(entity)} r
      where r.deleted_at is null and (?::uuid is null or r.id > ?::uuid) order by r.id limit ?),
    keys (rule, record_id, key) as materialized (${values.join(' union ')}),
    stored as (
      insert into core.match_keys (entity, rule, record_id, key)
      select ${literal(entity)}, rule, record_id, key from keys where key <> ''
      ${blocks.map((block) => `union all ${block}`).join(' ')})
    select max(id::text) as "lastId" from ids`;
}

function literal({ definition }: CompiledEntity): string {
  return textLiteral(definition.id);
}

function valuesSql(entity: CompiledEntity, { field, item, as }: CompiledRule): string {
  if (as === 'name')
    return `select s.record_id, ${nameFormSql(`ltrim(split_part(s.text, chr(10), 1))`)} as key
      from ${searchTableOf(entity.definition.id)} s join ids on ids.id = s.record_id`;
  const column = `t.${quoted((item ?? field).column)}::text`;
  const key = as === 'domain' ? domainSql(column) : `lower(btrim(${column}))`;
  if (field.list === null || item === null)
    return `select t.id as record_id, ${key} as key from ${tableOf(entity)} t join ids using (id) where ${column} is not null`;
  const { schemaName, tableName, ownerColumn } = field.list;
  const owner = `t.${quoted(ownerColumn)}`;
  return `select ${owner} as record_id, ${key} as key from ${quoted(schemaName, tableName)} t join ids on ids.id = ${owner} where ${column} is not null`;
}

function domainSql(column: string): string {
  const host = `regexp_replace(regexp_replace(lower(btrim(${column})), '^[a-z][a-z0-9+.-]*://', ''), '[/\\?#:].*$', '')`;
  return `(select case when strpos(d.bare, '.') > 0 then d.bare else '' end from (select regexp_replace(${host}, '^www\\.', '') as bare) d)`;
}

/** Words of a name in their order, its beginning, its end: names with a slip in one of them still share another. */
function blocksSql(entity: CompiledEntity, groups: readonly KeyGroup[], name: KeyGroup): string {
  const [words, beginning, end] = nameBlocks;
  const support = groups.filter(({ as }) => as === 'same').map(({ rule }) => rule);
  const isAlone = isNameEnough(name);
  const joined = isAlone ? '' : `join keys s on s.record_id = n.record_id and s.rule in (${[-1, ...support].join()})`;
  const behind = isAlone ? '' : ` || ' ' || s.key`;
  return `
    select ${literal(entity)}, rule, record_id, key from (
      select b.rule, n.record_id, b.key${behind} as key
      from keys n ${joined}
      cross join lateral (select string_agg(w, '' order by w) as sorted from unnest(string_to_array(n.key, ' ')) w) o
      cross join lateral (values (${words}, o.sorted), (${beginning}, left(o.sorted, 6)), (${end}, right(o.sorted, 6))) b (rule, key)
      where n.rule = ${name.rule} and length(n.key) > 2
    ) blocks`;
}
