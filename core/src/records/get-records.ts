import { MalformedError, NotFoundError, PluginError, type Id } from '@trellis-crm/sdk';
import { completenessPath } from '../completeness/completeness-part.js';
import { countedFor } from '../completeness/completeness.js';
import { isBeside } from './beside.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { findReference, readableFields, type FieldTarget } from './field-access.js';
import type { PresentedRecord } from './present-record.js';
import type { ReadScope } from './record-scope.js';
import { requireReach, visibleRecords } from './rights.js';
import { allOf, sql, type Sql } from './sql.js';
import { resolveIncludes } from './statements/included.js';
import { KeptPlans } from './statements/kept-plans.js';
import { planRead, runPlanned, runRead, type PlannedRead, type ReadPlan, type Shape } from './statements/read-plan.js';
import { recordShape, recordsShape } from './statements/record-statement.js';
import { selectRows } from './statements/select-rows.js';
import { tagsPath } from './tags/tag.js';

/** How one record is read. */
export interface GetOptions {
  /** Takes the row lock; in transactions only. */
  readonly lock?: boolean;
  /** Refs to replace by their records. */
  readonly include?: readonly string[];
}

/** A record as JSON that PostgreSQL wrote, to be handed on unread. */
export interface RecordText {
  readonly json: string;
  readonly version: number;
}

/** One record that is not in the trash. @throws NotFoundError `<noun>_not_found`, ForbiddenError, MalformedError for an unknown `include` */
export function readRecord(
  scope: ReadScope,
  entity: CompiledEntity,
  id: Id,
  include: readonly string[] = [],
): Promise<RecordText> {
  return readRecordAs(scope, entity, id, { key: include.join(), include: () => include });
}

/** Refs to replace by their records, in a form that may be read already. */
export interface AskedIncludes {
  /** Names what was asked for. */
  readonly key: string;
  /** Called when it is asked for the first time. */
  readonly include: () => readonly string[];
}

/** The same for what somebody asks for in a form of their own. @throws the same, and what reading `include` throws */
export async function readRecordAs(
  scope: ReadScope,
  entity: CompiledEntity,
  id: Id,
  { key, include }: AskedIncludes,
): Promise<RecordText> {
  const { read, idAt } = recordPlans.get(scope, `${entity.definition.id}|${key}`, () => {
    const planned = planRead(...planRecord(scope, entity, anyId, include()));
    return { read: planned, idAt: planned.values.indexOf(anyId) };
  });
  if (!isId(id)) throw notFound(entity);
  const [row] = await runPlanned(scope, read, read.values.with(idAt, id));
  if (row === undefined) throw notFound(entity);
  const [json, version] = row as readonly [string, number];
  return { json, version };
}

const recordPlans = new KeptPlans<{ readonly read: PlannedRead; readonly idAt: number }>();

/** Stands for the id in a plan; no other value looks like it. */
const anyId = ':id';

/** What the statement of one record is made of. @throws ForbiddenError, MalformedError for an unknown `include` */
export function planRecord(
  scope: ReadScope,
  entity: CompiledEntity,
  id: Id,
  include: readonly string[],
): readonly [ReadPlan, Shape] {
  requireReach(scope, entity, 'read');
  const [beside, named] = [
    include.filter((name) => isBeside(entity, name)),
    include.filter((name) => !isBeside(entity, name)),
  ];
  const included = resolveIncludes(
    scope,
    named.map((name) => includeTarget(scope, entity, name)),
  );
  const withTags = beside.includes(tagsPath);
  const completeness = countedFor(scope, entity, beside.includes(completenessPath));
  const condition = allOf([sql('r."id" = ?::uuid', [id]), visibleRecords(scope, entity)]);
  const fields = readableFields(scope, entity);
  return [{ entity, fields, included, withTags, completeness, condition }, recordShape];
}

/** The same with the record read. */
export async function getRecord(
  scope: ReadScope,
  entity: CompiledEntity,
  id: Id,
  { lock = false, include = [] }: GetOptions = {},
): Promise<PresentedRecord> {
  requireReach(scope, entity, 'read');
  if (lock) await lockRecords(scope, entity, [id]);
  return JSON.parse((await readRecord(scope, entity, id, include)).json) as PresentedRecord;
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
  options: {
    readonly fields?: readonly CompiledField[];
    readonly condition?: Sql;
    readonly withTags?: boolean;
    readonly withCompleteness?: boolean;
  } = {},
): Promise<readonly PresentedRecord[]> {
  const { fields = entity.fieldList, condition = visibleRecords(scope, entity), withTags = false } = options;
  const completeness = countedFor(scope, entity, options.withCompleteness === true);
  const plan = { entity, fields, included: [], withTags, completeness, condition: allOf([byId(ids), condition]) };
  const [row = []] = await runRead(scope, plan, recordsShape);
  return typeof row[0] === 'string' ? (JSON.parse(row[0]) as readonly PresentedRecord[]) : [];
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
  if (scope.db.isTransaction !== true)
    throw new PluginError('lock_outside_transaction', { entity: entity.definition.id });
  const { condition = visibleRecords(scope, entity), isDeletion = false } = options;
  const tail = `order by r."id" for ${isDeletion ? 'update' : 'no key update'}`;
  await selectRows(scope, entity, { columns: ['r."id"'], conditions: [byId(ids), condition], tail });
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
  const target = findReference(scope, entity, name);
  if (target !== undefined) return target;
  throw new MalformedError(
    'invalid_query',
    {},
    { errors: [{ pointer: '?include', code: 'unknown_field', message: `"${name}" refers to no record` }] },
  );
}
