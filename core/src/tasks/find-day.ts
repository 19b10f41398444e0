import { MalformedError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { DayGroup, TimeWindow } from './day-windows.js';

/** Place of a task in its part of a day. */
export interface DayPlace {
  readonly group: DayGroup;
  readonly id: Id;
  /** Opaque; what comes after it is asked for with it. */
  readonly cursor: string;
}

/** Stretches of time that are asked for; `after` is the cursor of the last one known. */
export interface AskedWindow extends TimeWindow {
  readonly group: DayGroup;
  readonly after?: string | null;
}

/**
 * What somebody owns and has not done, by stretches of time, in one statement: each stretch is a range of the index of what one
 * owns and is planned. What has no due time is there in the order in which it was written.
 *
 * @throws MalformedError `invalid_query` for a cursor that is none
 */
export async function findDay(
  knex: Knex,
  owner: Id,
  windows: readonly AskedWindow[],
  limit: number,
): Promise<readonly DayPlace[]> {
  const parts = windows.map((window) => branch(owner, window, limit));
  const text = parts.map(({ sql }) => `(${sql})`).join(' union all ');
  const { rows } = await knex.raw<{ rows: { readonly group: DayGroup; readonly id: Id; readonly due: string }[] }>(
    text,
    parts.flatMap(({ bindings }) => bindings),
  );
  return rows.map(({ group, id, due }) => ({ group, id, cursor: `${due}~${id}` }));
}

interface Branch {
  readonly sql: string;
  readonly bindings: readonly (string | number)[];
}

function branch(owner: Id, { group, from, to, after }: AskedWindow, limit: number): Branch {
  const [moment, isPlanned] =
    group === 'undated' ? ['occurred_at', "kind = 'task' and due_at is null"] : ['due_at', 'due_at is not null'];
  const place = after === undefined || after === null ? null : placeIn(after);
  const conditions = [
    ...(from === null ? [] : [{ sql: `${moment} >= ?::timestamptz`, values: [from] }]),
    ...(to === null ? [] : [{ sql: `${moment} < ?::timestamptz`, values: [to] }]),
    ...(place === null ? [] : [{ sql: `(${moment}, id) > (?::timestamptz, ?::uuid)`, values: place }]),
  ];
  return {
    sql: `select ?::text as "group", id, ${moment}::text as due from core.activities
      where owner_id = ?::uuid and ${isPlanned} and done_at is null and deleted_at is null
      ${conditions.map(({ sql }) => `and ${sql}`).join(' ')} order by ${moment}, id limit ?::integer`,
    bindings: [group, owner, ...conditions.flatMap(({ values }) => values), limit],
  };
}

const cursorForm = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d{1,6})?[+-]\d{2}(?::\d{2})?)~([0-9a-f-]{36})$/;
const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function placeIn(cursor: string): readonly [due: string, id: Id] {
  const [, due = '', id = ''] = cursorForm.exec(cursor) ?? [];
  const isMoment = !Number.isNaN(Date.parse(due.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00')));
  if (isMoment && uuidForm.test(id)) return [due, id];
  const problem = { pointer: '?after', code: 'invalid_cursor', message: 'is not a cursor' };
  throw new MalformedError('invalid_query', {}, { errors: [problem] });
}
