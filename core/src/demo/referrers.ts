import type { OnDelete } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity, CompiledField } from '../records/index.js';

/** One way in which records of an entity refer to others. */
export interface Referrer {
  /** Entity whose records refer. */
  readonly entity: string;
  /** Entity they refer to. */
  readonly target: string;
  /** Constant SQL: which of some targets (first binding) are referred to by records other than some (second binding). */
  readonly sql: string;
}

/** All refs of an entity: its own, those of its lists, those that plugins added, owner and team. */
export function referrers(entity: CompiledEntity): readonly Referrer[] {
  return [...entity.fields.values()].flatMap((field) => {
    if (field.list !== null) return field.list.items.flatMap((item) => listReferrer(entity, field, item));
    // Who wrote a record is a note, not a ref: it has no `onDelete`.
    if (field.target === null || field.field.onDelete === undefined) return [];
    return [referrer(entity, field.target, { table: tableOf(entity, field), key: keyOf(field), column: field.column })];
  });
}

/**
 * Entities in an order in which each can be deleted: those that refer to others come before these, so that the database
 * neither holds them back nor takes them along unseen.
 */
export function deletionOrder(entities: readonly CompiledEntity[]): readonly CompiledEntity[] {
  const ordered: CompiledEntity[] = [];
  const visited = new Set<string>();
  const visit = (entity: CompiledEntity): void => {
    if (visited.has(entity.definition.id)) return;
    visited.add(entity.definition.id);
    for (const other of entities) if (other !== entity && goesBefore(other, entity)) visit(other);
    ordered.push(entity);
  };
  for (const entity of entities) visit(entity);
  return ordered;
}

/**
 * Foreign keys of plugins that are not active: nobody can say which of their rows are demo records, so all of them count.
 */
export async function inactiveReferrers(
  trx: Knex.Transaction,
  entities: readonly CompiledEntity[],
): Promise<readonly Referrer[]> {
  const active = entities.map(({ schemaName }) => schemaName);
  const { rows } = await trx.raw<{ rows: { source: string; key: string; schema: string; table: string }[] }>(
    `select c.conrelid::regclass::text as source, quote_ident(a.attname) as key, n.nspname as schema, t.relname as "table"
     from pg_constraint c
     join pg_class s on s.oid = c.conrelid join pg_namespace sn on sn.oid = s.relnamespace
     join pg_class t on t.oid = c.confrelid join pg_namespace n on n.oid = t.relnamespace
     join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and starts_with(sn.nspname, 'p_') and not (sn.nspname = any(?))`,
    [[...active]],
  );
  return rows.flatMap(({ source, key, schema, table }) => {
    const target = entities.find(({ schemaName, tableName }) => schemaName === schema && tableName === table);
    const sql = `select distinct ${key} as target from ${source} where ${key} = any(?::uuid[]) and ?::uuid[] is not null`;
    return target === undefined ? [] : [{ entity: '', target: target.definition.id, sql }];
  });
}

/** In a circle the ref that restricts decides. */
function goesBefore(other: CompiledEntity, target: CompiledEntity): boolean {
  const kinds = directRefs(other, target);
  return kinds.includes('restrict') || (kinds.length > 0 && !directRefs(target, other).includes('restrict'));
}

function directRefs(from: CompiledEntity, to: CompiledEntity): readonly OnDelete[] {
  return [...from.fields.values()].flatMap(({ field, plugin, target }) =>
    target === to.definition.id && plugin === null ? (field.onDelete ?? []) : [],
  );
}

function listReferrer(entity: CompiledEntity, { list }: CompiledField, item: CompiledField): readonly Referrer[] {
  if (list === null || item.target === null) return [];
  const table = quoted(list.schemaName, list.tableName);
  return [referrer(entity, item.target, { table, key: list.ownerColumn, column: item.column })];
}

/** Where a ref is kept: `key` names the record that refers. */
interface RefColumn {
  readonly table: string;
  readonly key: string;
  readonly column: string;
}

function referrer(entity: CompiledEntity, target: string, { table, key, column }: RefColumn): Referrer {
  const sql = `select distinct "${column}" as target from ${table} where "${column}" = any(?::uuid[]) and not ("${key}" = any(?::uuid[]))`;
  return { entity: entity.definition.id, target, sql };
}

/** Side tables name the record they belong to. */
function keyOf({ plugin }: CompiledField): string {
  return plugin === null ? 'id' : 'record_id';
}

function tableOf(entity: CompiledEntity, { plugin }: CompiledField): string {
  if (plugin === null) return quoted(entity.schemaName, entity.tableName);
  return quoted(`p_${plugin.replaceAll('-', '_')}`, entity.extensions.get(plugin)?.tableName ?? '');
}

function quoted(schema: string, table: string): string {
  return `"${schema}"."${table}"`;
}
