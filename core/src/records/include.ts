import type { CompiledEntity } from './compiled-entity.js';
import { readableFields, type FieldTarget } from './field-access.js';
import { presentRow, type PresentedRecord } from './present-record.js';
import { fetchRows, readFrom, selectFields } from './read-rows.js';
import type { ReadScope } from './record-scope.js';
import { reachFor, withinReach } from './rights.js';
import { allOf, sql } from './sql.js';

/** Puts records in place of the ids of refs, one query per entity; an id stays where the actor may not read the record. */
export async function includeRecords(
  scope: ReadScope,
  records: readonly PresentedRecord[],
  targets: readonly FieldTarget[],
): Promise<readonly PresentedRecord[]> {
  if (targets.length === 0 || records.length === 0) return records;
  const wanted = new Map<string, Set<string>>();
  const note = (entity: string, id: unknown): unknown => {
    if (typeof id === 'string') idsOf(wanted, entity).add(id);
    return id;
  };
  for (const record of records) for (const target of targets) mapReference(record, target, note);
  const found = new Map<string, PresentedRecord>();
  for (const [entity, ids] of wanted) {
    for (const record of await findVisible(scope, entity, [...ids])) found.set(`${entity} ${record.id}`, record);
  }
  const replace = (entity: string, id: unknown): unknown => found.get(`${entity} ${String(id)}`) ?? id;
  return records.map((record) => targets.reduce((current, target) => mapReference(current, target, replace), record));
}

/** Records by id that the actor may read and that are not in the trash, whole. */
export async function findVisible(
  scope: ReadScope,
  entityId: string,
  ids: readonly string[],
): Promise<readonly PresentedRecord[]> {
  const entity = scope.generation.entities.get(entityId);
  if (entity === undefined || ids.length === 0) return [];
  const fields = readableFields(scope, entity);
  const conditions = [sql('r."id" = any(?::uuid[])', [ids]), visibleRecords(scope, entity)];
  const rows = await fetchRows(selectFields(readFrom(scope, entity, conditions, fields), fields));
  return rows.map((row) => presentRow(fields, row));
}

/** Condition that lets through what is not in the trash and within the actor's right to read. */
export function visibleRecords(scope: ReadScope, entity: CompiledEntity) {
  return allOf([sql('r."deleted_at" is null'), withinReach(scope.identity, entity, reachFor(scope, entity, 'read'))]);
}

type MapReference = (entity: string, value: unknown) => unknown;

function mapReference(record: PresentedRecord, { field, item }: FieldTarget, map: MapReference): PresentedRecord {
  const reference = item ?? field;
  const replace = (value: unknown): unknown => map(reference.target ?? '', value);
  const change = (value: unknown): unknown => (item === null ? replace(value) : mapEntries(value, item.name, replace));
  if (field.plugin === null) return { ...record, [field.name]: change(record[field.name]) };
  const nested = record[field.plugin];
  if (typeof nested !== 'object' || nested === null) return record;
  return { ...record, [field.plugin]: { ...nested, [field.name]: change(Reflect.get(nested, field.name)) } };
}

function mapEntries(value: unknown, name: string, replace: (value: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((entry: Readonly<Record<string, unknown>>) => ({ ...entry, [name]: replace(entry[name]) }));
}

function idsOf(wanted: Map<string, Set<string>>, entity: string): Set<string> {
  const ids = wanted.get(entity) ?? new Set<string>();
  wanted.set(entity, ids);
  return ids;
}
