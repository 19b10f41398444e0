import type { Id } from '@trellis-crm/sdk';
import { runPrepared, unprepared } from '../database/prepared.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { ReadScope } from '../records/record-scope.js';
import { mayReadField, reachFor, visibleRecords } from '../records/rights.js';
import { allOf, bindingsOf, numbered, sql, type Sql } from '../records/sql.js';
import { columnSql, fromClause, sidesOf } from '../records/statements/source.js';

/** An exception that is open, as its reader sees it. */
export interface OpenException {
  readonly id: Id;
  readonly rule: string;
  readonly entity: string;
  readonly record: Id;
  /** What names the record; null when the reader may not see it. */
  readonly title: string | null;
  /** When the time began to run; null when the record has no such moment. */
  readonly since: Date | null;
  readonly raisedAt: Date;
  readonly owner: Id | null;
  readonly ownerName: string | null;
}

/** Whose exceptions: of records one owns, of one's teams and those below, or all one may see. */
export type ExceptionScope = 'mine' | 'team' | 'all';

/** Which exceptions are asked for. */
export interface ExceptionQuery {
  readonly scope: ExceptionScope;
  /** Ids of rules, those of modules that are off left out. */
  readonly rules: readonly string[];
  /** Of one record only. */
  readonly record: Id | null;
  /** Only these, of which the actor may know. */
  readonly only?: readonly Id[];
  readonly after: { readonly raisedAt: Date; readonly id: Id } | null;
  readonly limit: number;
}

/** Open exceptions of records the actor may read, the newest first: one statement for all entities. */
export async function listExceptions(scope: ReadScope, query: ExceptionQuery): Promise<readonly OpenException[]> {
  const branches = readableEntities(scope).map((entity) => branchOf(scope, entity, query));
  if (branches.length === 0 || query.rules.length === 0) return [];
  const pieces = [...branches, sql('?::integer', [query.limit])];
  const texts = numbered(pieces);
  const text = `select x.*, u.name from (${texts.slice(0, -1).join(' union all ')}) x
    left join core.users u on u.id = x.owner_id order by x.raised_at desc, x.id desc limit ${texts.at(-1) ?? ''}`;
  const rows = await runPrepared(scope.db, unprepared(text), bindingsOf(pieces));
  return rows.map((row) => toException(row as ExceptionRow));
}

/** How many are open by rule. */
export async function countExceptions(scope: ReadScope, query: ExceptionQuery): Promise<ReadonlyMap<string, number>> {
  const all = { ...query, after: null };
  const branches = readableEntities(scope).map((entity) => branchOf(scope, entity, all));
  if (branches.length === 0 || query.rules.length === 0) return new Map();
  const text = `select x.rule, count(*)::integer from (${numbered(branches).join(' union all ')}) x group by x.rule`;
  const rows = await runPrepared(scope.db, unprepared(text), bindingsOf(branches));
  return new Map(rows.map(([rule, count]) => [String(rule), Number(count)]));
}

function readableEntities(scope: ReadScope): readonly CompiledEntity[] {
  return [...scope.generation.entities.values()].filter((entity) => reachFor(scope, entity, 'read') !== null);
}

function branchOf(scope: ReadScope, entity: CompiledEntity, query: ExceptionQuery): Sql {
  const { definition } = entity;
  const title = entity.fields.get(definition.title);
  const shown = title !== undefined && mayReadField(scope, title, entity) ? title : undefined;
  const where = allOf([
    sql('x.cleared_at is null and x.entity = ?::text and x.rule = any(?::text[])', [definition.id, [...query.rules]]),
    ...scopeConditions(scope, query.scope),
    ...(query.record === null ? [] : [sql('x.record_id = ?::uuid', [query.record])]),
    ...(query.only === undefined ? [] : [sql('x.id = any(?::uuid[])', [[...query.only]])]),
    ...(query.after === null
      ? []
      : [sql('(x.raised_at, x.id) < (?::timestamptz, ?::uuid)', [query.after.raisedAt, query.after.id])]),
    visibleRecords(scope, entity),
  ]);
  const plugins = [...where.plugins, ...sidesOf(shown === undefined ? [] : [shown])];
  const name = shown === undefined ? 'null::text' : `${columnSql(shown)}::text`;
  const columns = `x.id, x.rule, x.entity, x.record_id, ${name} as title, x.since, x.raised_at, x.owner_id`;
  const from = `${fromClause(entity, plugins)} join core.exceptions x on x.record_id = r."id"`;
  return { text: `select ${columns} ${from} where ${where.text}`, bindings: where.bindings, plugins: [] };
}

function scopeConditions({ identity }: ReadScope, scope: ExceptionScope): readonly Sql[] {
  const { userId, subtreeTeamIds } = identity;
  if (scope === 'all') return [];
  if (scope === 'mine') return [sql('x.owner_id = ?::uuid', [userId])];
  return [sql('(x.owner_id = ?::uuid or x.team_id = any(?::uuid[]))', [userId, [...subtreeTeamIds]])];
}

type ExceptionRow = readonly [
  id: Id,
  rule: string,
  entity: string,
  record: Id,
  title: string | null,
  since: Date | null,
  raisedAt: Date,
  owner: Id | null,
  ownerName: string | null,
];

function toException([
  id,
  rule,
  entity,
  record,
  title,
  since,
  raisedAt,
  owner,
  ownerName,
]: ExceptionRow): OpenException {
  return { id, rule, entity, record, title, since, raisedAt, owner, ownerName };
}
