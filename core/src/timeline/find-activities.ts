import { Activity, type Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { quoted } from '../records/names.js';
import type { ReadScope } from '../records/record-scope.js';
import { reachFor, visibleRecords } from '../records/rights.js';
import { bindingsOf, finished, numbered, sql, type Sql } from '../records/sql.js';
import { tableOf } from '../records/statements/source.js';
import { linkFields } from '../records/links.js';
import { subjectPieces } from './belonging-subjects.js';
import type { TimelineCall } from './timeline-entry.js';

/** Place of an activity in a timeline. */
export interface ActivityPlace {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly id: Id;
}

/** Which activities of a record are wanted. */
export interface ActivityRequest {
  /** Place of the last one known. */
  readonly after: ActivityPlace | null;
  readonly limit: number;
  readonly kinds: readonly string[];
}

/**
 * What happened with a record, newest first, without what is still planned; open tasks without a due time are among it, for the index
 * does not tell them apart. For readers of all activities the index of the links says
 * all that is asked: whether one is in the trash shows when it is read. Those of others are looked at one by one.
 */
export function findPast(
  call: TimelineCall,
  { after, limit, kinds }: ActivityRequest,
): Promise<readonly ActivityPlace[]> {
  const conditions = [
    sql('(l.due_at is null or l.done_at is not null)'),
    ...ofKinds(kinds),
    ...(after === null
      ? []
      : [sql('(l.occurred_at, l.activity_id) < (?::timestamptz, ?::uuid)', [after.at, after.id])]),
  ];
  const parts = [{ conditions, moment: 'occurred_at' }] as const;
  return find(call, { parts, limit, direction: 'desc', seesAll: seesAll(call) });
}

/** What is still to be done: the most urgent first, then tasks without a due time, the oldest first. */
export async function findPlanned(
  call: TimelineCall,
  { limit, kinds }: Omit<ActivityRequest, 'after'>,
): Promise<readonly Id[]> {
  const urgent: Part = {
    conditions: [sql('l.due_at is not null and l.done_at is null'), ...ofKinds(kinds)],
    moment: 'due_at',
  };
  const parts = kinds.includes('task') ? [urgent, undated] : [urgent];
  const found = await find(call, { parts, limit, direction: 'asc', seesAll: false });
  return found.map(({ id }) => id);
}

/** Whether an activity stands on the timeline of the record. */
export async function isOnTimeline(call: TimelineCall, activity: Id): Promise<boolean> {
  const conditions = [sql('l.activity_id = ?::uuid', [activity])];
  const parts = [{ conditions, moment: 'occurred_at' }] as const;
  const found = await find(call, { parts, limit: 1, direction: 'desc', seesAll: false });
  return found.length > 0;
}

function ofKinds(kinds: readonly string[]): readonly Sql[] {
  return kinds.length === kindCount ? [] : [sql('l.kind = any(?::text[])', [kinds])];
}

const kindCount = Activity.fields.kind.options?.length;

function seesAll({ scope }: TimelineCall): boolean {
  const activity = scope.generation.entities.get(Activity.id);
  return activity !== undefined && reachFor(scope, activity, 'read') === 'all';
}

/** Activities that are alike, in the order of a moment. */
interface Part {
  readonly conditions: readonly Sql[];
  readonly moment: 'occurred_at' | 'due_at';
}

const undated: Part = {
  conditions: [sql("l.kind = 'task' and l.due_at is null and l.done_at is null")],
  moment: 'occurred_at',
};

interface Search {
  /** One after the other. */
  readonly parts: readonly Part[];
  readonly limit: number;
  readonly direction: 'asc' | 'desc';
  /** The links alone are asked. */
  readonly seesAll: boolean;
}

/** Each subject gives its first ones, from the index of the links to it; those of the page are among them. */
async function find({ scope, entity, id }: TimelineCall, search: Search): Promise<readonly ActivityPlace[]> {
  const activity = scope.generation.entities.get(Activity.id);
  if (activity === undefined) return [];
  const { text, bindings } = statementOf(scope, { activity, entity, id }, search);
  const rows = await runPrepared(scope.db, prepare(text), bindings);
  return rows.map(([found, at]) => ({ id: String(found), at: (at as Date).toISOString() }));
}

interface Subject {
  readonly activity: CompiledEntity;
  readonly entity: CompiledEntity;
  readonly id: Id;
}

function statementOf(
  scope: ReadScope,
  { activity, entity, id }: Subject,
  { parts, limit, direction, seesAll: linksOnly }: Search,
): { readonly text: string; readonly bindings: readonly unknown[] } {
  const subjects = subjectPieces(scope, entity, id);
  const tables = linkFields([activity]).flatMap(({ field }) => field.list ?? []);
  const branches = tables.flatMap((table) =>
    parts.map(({ conditions, moment }, place) => ({
      from: quoted(table.schemaName, table.tableName),
      asked: linksOnly ? conditions : [...conditions, visibleRecords(scope, activity)],
      ...{ moment, place },
    })),
  );
  const pieces = [...subjects, ...branches.flatMap(({ asked }) => asked), sql('?::integer', [limit])];
  const texts = numbered(pieces);
  const top = texts.at(-1) ?? '';
  const records = linksOnly ? '' : ` join ${tableOf(activity)} r on r.id = l.activity_id`;
  let start = subjects.length;
  const selects = branches.map(({ from, asked, moment, place }) => {
    const own = texts.slice(start, (start += asked.length)).join(' and ');
    return `select f.*, ${String(place)} as place from subjects s cross join lateral (
      select l.activity_id, l.${moment} as moment from ${from} l${records}
      where l.entity = s.entity and l.record_id = s.record_id and ${own}
      order by l.${moment} ${direction}, l.activity_id ${direction} limit ${top}) f`;
  });
  const text = `with subjects as materialized (${texts.slice(0, subjects.length).join(' union all ')})
    select activity_id, moment from (${selects.join(' union ')}) found
    order by place, moment ${direction}, activity_id ${direction} limit ${top}`;
  return { text: finished(text), bindings: bindingsOf(pieces) };
}
