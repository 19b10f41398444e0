import type { Generation } from '../kernel/generation.js';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { listAlias } from '../records/compile-fields.js';
import { isLinks, linkIdColumn } from '../records/links.js';
import { quoted } from '../records/names.js';
import { sql, type Sql } from '../records/sql.js';
import { columnSql, entriesFrom } from '../records/statements/source.js';

/** A ref that points at an entity: a field, or one of a list's entries; of links those that name the entity. */
export interface IncomingRef {
  readonly entity: CompiledEntity;
  readonly field: CompiledField;
  readonly item: CompiledField | null;
  /** Set for links: the entity that stands beside the id. */
  readonly named: string | null;
}

/** Every declared ref, of core and of all active plugins, that may hold records of an entity. Who wrote a record stays who wrote it. */
export function incomingRefs({ entities }: Pick<Generation, 'entities'>, target: string): readonly IncomingRef[] {
  return [...entities.values()].flatMap((entity) =>
    entity.fieldList
      .filter((field) => !history.has(field.path) || !field.isSystem)
      .flatMap((field) => refsIn(entity, field).filter((ref) => leadsTo(ref, target)))
      .map((ref) => (isLinks(ref.field.field) ? { ...ref, named: target } : ref)),
  );
}

function refsIn(entity: CompiledEntity, field: CompiledField): readonly IncomingRef[] {
  if (field.list === null) return [{ entity, field, item: null, named: null }];
  return field.list.items.map((item) => ({ entity, field, item, named: null }));
}

function leadsTo({ field, item }: IncomingRef, target: string): boolean {
  if (!isLinks(field.field)) return (item ?? field).target === target;
  return item?.column === linkIdColumn && (field.field.to?.includes(target) ?? true);
}

const history: ReadonlySet<string> = new Set(['id', 'createdBy', 'updatedBy']);

/** Condition on a record that it refers to one of the others by this ref. */
export function refersTo({ field, item, named }: IncomingRef, ids: readonly string[]): Sql {
  if (item === null || field.list === null)
    return sql(`${columnSql(field)} = any(?::uuid[])`, [ids], field.plugin === null ? [] : [field.plugin]);
  const isNamed = named === null ? '' : ` and ${listAlias}."entity" = ?::text`;
  return sql(
    `exists (select 1 ${entriesFrom(field.list)} and ${listAlias}.${quoted(item.column)} = any(?::uuid[])${isNamed})`,
    named === null ? [ids] : [ids, named],
  );
}
