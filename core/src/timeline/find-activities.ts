import { Activity, type Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { quoted } from '../records/names.js';
import type { ReadScope } from '../records/record-scope.js';
import { visibleRecords } from '../records/rights.js';
import { bindingsOf, finished, numbered, sql, type Sql } from '../records/sql.js';
import { tableOf } from '../records/statements/source.js';
import { linkFields } from '../records/links.js';
import { subjectPieces } from './belonging-subjects.js';
import type { TimelineCall } from './timeline-entry.js';

/** Which activities of a record are wanted. */
export interface ActivityRequest {
  /** Place of the last one known: moment and id. */
  readonly after: { readonly at: string; readonly id: Id } | null;
  readonly limit: number;
  readonly kinds: readonly string[];
}

/** Ids of what happened with a record, newest first: what is still planned is not among them. */
export function findPast(call: TimelineCall, { after, limit, kinds }: ActivityRequest): Promise<readonly Id[]> {
  const conditions = [
    sql('not (l.due_at is not null and l.done_at is null)'),
    ...(kinds.length === kindCount ? [] : [sql('l.kind = any(?::text[])', [kinds])]),
    ...(after === null
      ? []
      : [sql('(l.occurred_at, l.activity_id) < (?::timestamptz, ?::uuid)', [after.at, after.id])]),
  ];
  return find(call, { conditions, limit, moment: 'occurred_at', direction: 'desc' });
}

/** Ids of what is still to be done, the most urgent first. */
export function findPlanned(call: TimelineCall, limit: number): Promise<readonly Id[]> {
  const conditions = [sql('l.due_at is not null and l.done_at is null')];
  return find(call, { conditions, limit, moment: 'due_at', direction: 'asc' });
}

const kindCount = Activity.fields.kind.options?.length;

interface Search {
  readonly conditions: readonly Sql[];
  readonly limit: number;
  readonly moment: 'occurred_at' | 'due_at';
  readonly direction: 'asc' | 'desc';
}

/** Each subject gives its first ones, from the index of the links to it; those of the page are among them. */
async function find({ scope, entity, id }: TimelineCall, search: Search): Promise<readonly Id[]> {
  const activity = scope.generation.entities.get(Activity.id);
  if (activity === undefined) return [];
  const { text, bindings } = statementOf(scope, { activity, entity, id }, search);
  const rows = await runPrepared(scope.db, prepare(text), bindings);
  return rows.map(([found]) => String(found));
}

/** The statement that finds activities, for running and for explaining it. */
function statementOf(
  scope: ReadScope,
  { activity, entity, id }: { readonly activity: CompiledEntity; readonly entity: CompiledEntity; readonly id: Id },
  { conditions, limit, moment, direction }: Search,
): { readonly text: string; readonly bindings: readonly unknown[] } {
  const subjects = subjectPieces(scope, entity, id);
  const tables = linkFields([activity]).flatMap(({ field }) => field.list ?? []);
  const visible = visibleRecords(scope, activity);
  const pieces = [...subjects, ...tables.flatMap(() => [...conditions, visible]), sql('?::integer', [limit])];
  const texts = numbered(pieces);
  const top = texts.at(-1) ?? '';
  const order = `${moment} ${direction}, activity_id ${direction} limit ${top}`;
  const branches = tables.map((table, position) => {
    const start = subjects.length + position * (conditions.length + 1);
    const own = texts.slice(start, start + conditions.length + 1).join(' and ');
    return `select f.* from subjects s cross join lateral (
      select l.${moment}, l.activity_id from ${quoted(table.schemaName, table.tableName)} l join ${tableOf(activity)} r on r.id = l.activity_id
      where l.entity = s.entity and l.record_id = s.record_id and ${own} order by l.${moment} ${direction}, l.activity_id ${direction} limit ${top}) f`;
  });
  const text = `with subjects as materialized (${texts.slice(0, subjects.length).join(' union all ')})
    select activity_id from (${branches.join(' union ')}) found order by ${order}`;
  return { text: finished(text), bindings: bindingsOf(pieces) };
}
