import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { findTarget } from '../../records/field-access.js';
import type { QueryScope } from '../../records/record-scope.js';
import { allOf, sql, type Sql } from '../../records/sql.js';
import { columnSql, fromClause, sidesOf } from '../../records/statements/source.js';
import { visibleRecords } from '../../records/rights.js';

/** Records of one rule at most; the longest ago first. A rule with more is badly tuned, and its page says so. */
export const mostBreaches = 10_000;

/** What selects the records that break a rule. */
export interface BreachSource {
  readonly entity: CompiledEntity;
  /** Field from which the time runs. */
  readonly since: string;
  /** Which records; the trash is left out. */
  readonly condition: Sql;
  /** Only these, when a module has chosen among those that fit. */
  readonly ids: readonly Id[] | null;
}

/**
 * The records as a subquery with `record_id`, `since`, `cause`, `owner_id`, `team_id`. The cause is the moment the time runs from, in
 * milliseconds; a record without one has a cause of its own, and so has one whose time runs from its last change: a change that is no
 * cure is no new cause.
 */
export function breaches(scope: QueryScope, { entity, since, condition, ids }: BreachSource): Sql {
  const field = findTarget(scope, entity, since)?.field;
  const moment = field === undefined ? 'null::timestamptz' : `${columnSql(field)}::timestamptz`;
  const [owner, team] = entity.definition.owned ? ['r."owner_id"', 'r."team_id"'] : ['null::uuid', 'null::uuid'];
  const chosen = ids === null ? [] : [sql('r."id" = any(?::uuid[])', [[...ids]])];
  const where = allOf([visibleRecords(scope, entity), condition, ...chosen]);
  const plugins = [...where.plugins, ...(field === undefined ? [] : sidesOf([field]))];
  const cause = since === 'updatedAt' ? `''` : `coalesce(((extract(epoch from ${moment}) * 1000)::bigint)::text, '')`;
  const columns = `r."id" as record_id, ${moment} as since, ${cause} as cause, ${owner} as owner_id, ${team} as team_id`;
  const text = `select ${columns} ${fromClause(entity, plugins)} where ${where.text} order by since, record_id limit ${mostBreaches}`;
  return { text, bindings: where.bindings, plugins: [] };
}

/** Whether a rule can run from the field: one of the entity's own, with a day or a moment in it. */
export function isSinceField(scope: QueryScope, entity: CompiledEntity, name: string): boolean {
  const target = findTarget(scope, entity, name);
  if (target === undefined || target.item !== null || target.part !== 'value') return false;
  return target.field.field.kind === 'date' || target.field.field.kind === 'dateTime';
}
