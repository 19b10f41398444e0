import { Activity, type Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { linkFields } from '../records/links.js';
import { quoted } from '../records/names.js';
import type { ReadScope } from '../records/record-scope.js';
import { reachFor, visibleRecords } from '../records/rights.js';
import { bindingsOf, finished, numbered, type Sql } from '../records/sql.js';
import { tableOf } from '../records/statements/source.js';
import { rootedSubjectPieces } from './belonging-subjects.js';

/** What happened last with a record. */
export interface LastActivity {
  readonly id: Id;
  readonly kind: string;
  readonly occurredAt: string;
}

/**
 * What happened last with each of these records, or with what belongs to it, of what the reader may see: the newest entry of each
 * timeline that is an activity, in one statement. Records with which nothing happened are left out.
 */
export async function readLastActivities(
  scope: ReadScope,
  entity: CompiledEntity,
  ids: readonly Id[],
): Promise<ReadonlyMap<Id, LastActivity>> {
  const activity = scope.generation.entities.get(Activity.id);
  if (activity === undefined || reachFor(scope, activity, 'read') === null) return new Map();
  const { text, bindings } = statementOf(
    activity,
    rootedSubjectPieces(scope, entity, ids),
    visibleRecords(scope, activity),
  );
  const rows = await runPrepared(scope.db, prepare(text), bindings);
  return new Map(rows.map((row) => toLast(row as unknown as LastRow)));
}

type LastRow = readonly [root: Id, id: Id, kind: string, occurredAt: Date];

function toLast([root, id, kind, occurredAt]: LastRow): readonly [Id, LastActivity] {
  return [root, { id, kind, occurredAt: occurredAt.toISOString() }];
}

/** Each subject gives its newest one from the index of the links to it. */
function statementOf(activity: CompiledEntity, subjects: readonly Sql[], visible: Sql) {
  const tables = linkFields([activity]).flatMap(({ field }) => field.list ?? []);
  const pieces = [...subjects, ...tables.map(() => visible)];
  const texts = numbered(pieces);
  const branches = tables.map(
    (table, position) => `select s.root, f.* from subjects s cross join lateral (
      select l.activity_id, l.kind, l.occurred_at from ${quoted(table.schemaName, table.tableName)} l
      join ${tableOf(activity)} r on r.id = l.activity_id
      where l.entity = s.entity and l.record_id = s.record_id and not (l.due_at is not null and l.done_at is null)
        and (l.kind <> 'task' or r.due_at is not null or r.done_at is not null) and ${texts[subjects.length + position] ?? ''}
      order by l.occurred_at desc, l.activity_id desc limit 1) f`,
  );
  const text = `with subjects as materialized (${texts.slice(0, subjects.length).join(' union all ')})
    select distinct on (root) root, activity_id, kind, occurred_at from (${branches.join(' union all ')}) found
    order by root, occurred_at desc, activity_id desc`;
  return { text: finished(text), bindings: bindingsOf(pieces) };
}
