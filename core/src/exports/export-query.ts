import { field } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { readableFields } from '../records/field-access.js';
import { QueryReader } from '../records/list-query.js';
import type { QueryScope } from '../records/record-scope.js';
import { requireReach, visibleRecords } from '../records/rights.js';
import { isFound } from '../records/search/match-condition.js';
import { completeOrder, type SortKey } from '../records/sort.js';
import { allOf, type Sql } from '../records/sql.js';
import { completenessPath, hasCompleteness } from '../completeness/index.js';
import { hasTags, tagsPath } from '../records/tags/tag.js';

/** A file format that lists can be exported in. */
export type ExportFormat = 'csv' | 'xlsx';

/** An export that was asked for, checked against the entity and what the actor may see. */
export interface ExportQuery {
  readonly format: ExportFormat;
  /** Columns in the order in which they were asked for. */
  readonly fields: readonly CompiledField[];
  readonly condition: Sql;
  readonly order: readonly SortKey[];
  /** CSV begins with a byte order mark, by which Excel knows UTF-8. */
  readonly hasBom: boolean;
  /** Columns and options are called as on pages, not as in the API. */
  readonly hasLabels: boolean;
}

/** Reads the query of an export: the parameters of the list, `format`, `bom` and `labels`. @throws ForbiddenError, MalformedError `invalid_query` */
export function parseExportQuery(scope: QueryScope, entity: CompiledEntity, parameters: URLSearchParams): ExportQuery {
  requireReach(scope, entity, 'read');
  const reader = new QueryReader(scope, entity, parameters);
  const conditions = reader.filters();
  const search = reader.search();
  const query = {
    format: formatOf(reader),
    fields: fieldsOf(scope, entity, reader),
    condition: allOf([
      visibleRecords(scope, entity),
      ...conditions,
      ...(search === null ? [] : [isFound(entity, search)]),
    ]),
    order: completeOrder(entity, reader.sort()),
    hasBom: isTrue(reader, 'bom'),
    hasLabels: isTrue(reader, 'labels'),
  };
  reader.finish(['q', 'sort', 'fields', 'format', 'bom', 'labels']);
  return query;
}

function formatOf(reader: QueryReader): ExportFormat {
  const format = reader.one('format') ?? 'csv';
  if (format === 'csv' || format === 'xlsx') return format;
  reader.refuse('format', 'not_an_option', 'must be csv or xlsx');
  return 'csv';
}

function isTrue(reader: QueryReader, name: string): boolean {
  const text = reader.one(name) ?? 'false';
  if (text !== 'true' && text !== 'false') reader.refuse(name, 'not_an_option', 'must be true or false');
  return text === 'true';
}

/** The tags and how complete a record is, as if they were fields; only for who names them. */
function columnsBeside(entity: CompiledEntity): readonly CompiledField[] {
  const like = entity.fields.get('id');
  if (like === undefined) return [];
  const tags = { ...like, path: tagsPath, name: tagsPath, target: null, field: field.choices([]) };
  const complete = { ...like, path: completenessPath, name: completenessPath, target: null, field: field.percent() };
  return [...(hasTags(entity) ? [tags] : []), ...(hasCompleteness(entity) ? [complete] : [])];
}

/** All that the actor may see unless told; what is hidden is not there. */
function fieldsOf(scope: QueryScope, entity: CompiledEntity, reader: QueryReader): readonly CompiledField[] {
  const readable = readableFields(scope, entity);
  const names = reader.list('fields');
  if (names.length === 0) return readable;
  const byPath = new Map([...readable, ...columnsBeside(entity)].map((field) => [field.path, field]));
  return names.flatMap((name) => {
    const named = byPath.get(name);
    if (named === undefined) reader.refuse('fields', 'unknown_field', `there is no field "${name}"`);
    return named ?? [];
  });
}
