import { MalformedError, NotFoundError, PluginError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { findTarget, readableFields, type FieldTarget } from './field-access.js';
import { includeRecords, visibleRecords } from './include.js';
import { presentRow, type PresentedRecord } from './present-record.js';
import { fetchRows, readFrom, selectFields } from './read-rows.js';
import type { ReadScope } from './record-scope.js';
import { requireReach } from './rights.js';
import { sql, type Sql } from './sql.js';

/** How one record is read. */
export interface GetOptions {
  /** Takes the row lock; in transactions only. */
  readonly lock?: boolean;
  /** Refs to replace by their records. */
  readonly include?: readonly string[];
}

/** One record that is not in the trash. @throws NotFoundError `<noun>_not_found`, ForbiddenError, MalformedError for an unknown `include` */
export async function getRecord(
  scope: ReadScope,
  entity: CompiledEntity,
  id: Id,
  options: GetOptions = {},
): Promise<PresentedRecord> {
  requireReach(scope, entity, 'read');
  const include = (options.include ?? []).map((name) => includeTarget(scope, entity, name));
  if (options.lock === true) await lockRecords(scope, entity, [id]);
  const [record] = await readRecords(scope, entity, [id], { fields: readableFields(scope, entity) });
  if (record === undefined) throw notFound(entity);
  const [included = record] = await includeRecords(scope, [record], include);
  return included;
}

/** Records by id, in no order; those that are absent, in the trash or not visible are left out. @throws ForbiddenError */
export function getRecords(
  scope: ReadScope,
  entity: CompiledEntity,
  ids: readonly Id[],
): Promise<readonly PresentedRecord[]> {
  requireReach(scope, entity, 'read');
  return readRecords(scope, entity, ids, { fields: readableFields(scope, entity) });
}

/** Reads records by id in one statement: whole and visible ones unless told. */
export async function readRecords(
  scope: ReadScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  options: { readonly fields?: readonly CompiledField[]; readonly condition?: Sql } = {},
): Promise<readonly PresentedRecord[]> {
  const { fields = [...entity.fields.values()], condition = visibleRecords(scope, entity) } = options;
  const conditions = [byId(ids), condition];
  const rows = await fetchRows(selectFields(readFrom(scope, entity, conditions, fields), fields));
  return rows.map((row) => presentRow(fields, row));
}

/**
 * Takes the row locks of records, in the order of their ids so that two who lock the same ones do not wait for each other.
 * A statement of its own: what is read together with a lock it had to wait for shows lists and side tables as they were before.
 */
export async function lockRecords(
  scope: ReadScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  options: { readonly condition?: Sql; readonly isDeletion?: boolean } = {},
): Promise<void> {
  if (!scope.db.isTransaction) throw new PluginError('lock_outside_transaction', { entity: entity.definition.id });
  const { condition = visibleRecords(scope, entity), isDeletion = false } = options;
  const query = readFrom(scope, entity, [byId(ids), condition])
    .select('r.id')
    .orderBy('r.id');
  await (isDeletion ? query.forUpdate() : query.forNoKeyUpdate());
}

/** The refusal for what is absent as well as for what is invisible. */
export function notFound({ definition }: CompiledEntity): NotFoundError {
  return new NotFoundError(`${definition.noun.replaceAll('-', '_')}_not_found`);
}

/** Condition on the id; what is no id matches nothing. */
export function byId(ids: readonly Id[]): Sql {
  return sql('r."id" = any(?::uuid[])', [ids.filter(isId)]);
}

/** Whether a text can be an id at all. */
export function isId(id: string): boolean {
  return uuid.test(id);
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function includeTarget(scope: ReadScope, entity: CompiledEntity, name: string): FieldTarget {
  const target = findTarget(scope, entity, name);
  if (target !== undefined && (target.item ?? target.field).target !== null) return target;
  throw new MalformedError(
    'invalid_query',
    {},
    { errors: [{ pointer: '?include', code: 'unknown_field', message: `"${name}" refers to no record` }] },
  );
}
