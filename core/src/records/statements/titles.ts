import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import { mayReadField, reachFor, visibleRecords } from '../rights.js';
import type { FieldTarget } from '../field-access.js';
import type { ReadScope } from '../record-scope.js';
import type { Sql } from '../sql.js';
import { listJson, type AnswerSource } from './record-text.js';
import { jsonValue } from './json-value.js';
import { columnSql, fromClause, includedPrefix, sidesOf } from './source.js';

/** Records of one entity that a page refers to, to be told by their titles. */
export interface Titles {
  readonly entity: CompiledEntity;
  /** The field that holds the title. */
  readonly title: CompiledField;
  readonly refs: readonly FieldTarget[];
  /** What the actor may read of the entity and is not in the trash; its aliases have the prefix of included records. */
  readonly condition: Sql;
}

/** Titles of what the refs among the fields answered point at, by entity: of those that are active and whose titles the actor may read. */
export function resolveTitles(
  scope: ReadScope,
  wanted: readonly FieldTarget[],
  fields: readonly CompiledField[],
): readonly Titles[] {
  const targets = wanted.filter(({ field }) => fields.includes(field));
  const ids = new Set(targets.map(entityOf));
  return [...ids].flatMap((id) => {
    const entity = scope.generation.entities.get(id);
    const title = entity?.fields.get(entity.definition.title);
    if (entity === undefined || title === undefined || reachFor(scope, entity, 'read') === null) return [];
    if (!mayReadField(scope, title, entity)) return [];
    const refs = targets.filter((target) => entityOf(target) === id);
    return [{ entity, title, refs, condition: visibleRecords(scope, entity, includedPrefix) }];
  });
}

/** What decides on the text of a page's statement. */
export function titlesKey(titles: readonly Titles[]): string {
  const names = ({ refs }: Titles): string =>
    refs.map(({ field, item }) => (item === null ? field.path : `${field.path}.${item.path}`)).join();
  return titles.map((one) => `${one.entity.definition.id}=${names(one)}`).join(';');
}

/** Columns of a page's rows from which its refs are read: ids, and lists whose entries hold some. */
export function refColumns(entity: CompiledEntity, titles: readonly Titles[], source: AnswerSource): string[] {
  return titles.flatMap(({ refs }, number) =>
    refs.map(({ field }, place) => {
      const value = field.list === null ? columnSql(field) : listJson(entity, field, source);
      return `${value} as ${columnOf(number, place)}`;
    }),
  );
}

/** One look-up for all records of an entity that the page's rows `p` refer to: an object of their titles by id, null for none. */
export function titlesText({ entity, title, refs }: Titles, number: number, conditionText: string): string {
  const ids = refs.map(({ item }, place) => {
    const column = `p.${columnOf(number, place)}`;
    if (item === null) return `select ${column} from p`;
    return `select (e->>'${item.name}')::uuid from p, jsonb_array_elements(${column}) e`;
  });
  const from = fromClause(entity, sidesOf([title]), includedPrefix);
  const own = `${includedPrefix}r."id"`;
  return [
    `(select json_object_agg(${own}, ${jsonValue(title, includedPrefix)})::text ${from}`,
    `    where ${own} = any(array(${ids.join(' union all ')})) and ${conditionText})`,
  ].join('\n');
}

function entityOf({ field, item }: FieldTarget): string {
  return (item ?? field).target ?? '';
}

function columnOf(number: number, place: number): string {
  return `ref_${String(number)}_${String(place)}`;
}
