import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import type { KnownKind } from './kinds.js';

/** One line for one person, before their channels are looked at. */
export interface NoticeLine {
  readonly user: Id;
  readonly kind: string;
  /** Null: a line of its own. */
  readonly key: string | null;
  readonly entity: string | null;
  readonly record: Id | null;
  readonly by: Id | null;
  readonly values: Readonly<Record<string, string | number>>;
  readonly href: string | null;
  /** Of how many things it tells. */
  readonly count: number;
}

/** Who has new lines, and whether one of them leaves by mail at once. */
export interface ToldUser {
  readonly user: Id;
  readonly mailsNow: boolean;
}

/**
 * Writes lines for all who may sign in and want them, in one statement; nobody is told what they did themselves. Lines of the
 * same person, kind and key become one, which is about no record when they are about several; it is news again, whether the one
 * before was mailed or put off.
 */
export async function insertNotices(
  trx: Knex,
  lines: readonly NoticeLine[],
  kinds: ReadonlyMap<string, KnownKind>,
  now: Date,
): Promise<readonly ToldUser[]> {
  const rows = joined(lines.filter(({ kind }) => kinds.has(kind)));
  if (rows.length === 0) return [];
  const defaults = [...kinds.values()].map(({ id, channels }) => ({ kind: id, ...channels }));
  const bindings = [JSON.stringify(rows), JSON.stringify(defaults), now];
  const { rows: told } = await trx.raw<{ rows: ToldUser[] }>(insertStatement, bindings);
  return told;
}

const insertStatement = `
  with given as (
    select g.id, g."user", g.kind, g.key, g.entity, g.record, g.by, g.values, g.href, g.count,
      coalesce(c.in_app, d.app) as in_app, coalesce(c.mail, d.mail) as mail
    from jsonb_to_recordset(?::jsonb) as g(id uuid, "user" uuid, kind text, key text, entity text, record uuid, by uuid,
      values jsonb, href text, count integer)
    join jsonb_to_recordset(?::jsonb) as d(kind text, app boolean, mail text) on d.kind = g.kind
    join core.users u on u.id = g."user" and u.status = 'active' and u.deleted_at is null
    left join core.notification_channels c on c.user_id = g."user" and c.kind = g.kind
    where g."user" is distinct from g.by
  ), told as (
    insert into core.notifications as n
      (id, user_id, kind, key, entity, record_id, by_user, values, href, count, in_app, mail, told_at)
    select id, "user", kind, key, entity, record, by, values, href, count, in_app, mail, ?::timestamptz
    from given where in_app or mail <> 'never'
    order by "user", kind, key
    on conflict (user_id, kind, key) where read_at is null do update set
      count = n.count + excluded.count, told_at = excluded.told_at, by_user = excluded.by_user, values = excluded.values,
      record_id = case when n.record_id = excluded.record_id then n.record_id end, href = excluded.href, in_app = excluded.in_app, mail = excluded.mail,
      mailed_at = null, snoozed_until = null
    returning user_id, mail = 'immediate' as mails_now
  )
  select user_id as "user", bool_or(mails_now) as "mailsNow" from told group by user_id`;

interface NoticeRow extends NoticeLine {
  readonly id: Id;
}

/** A statement cannot touch a row twice. */
function joined(lines: readonly NoticeLine[]): readonly NoticeRow[] {
  const rows = new Map<string, NoticeRow>();
  for (const line of lines) {
    const id = uuidV7();
    const place = line.key === null ? id : JSON.stringify([line.user, line.kind, line.key]);
    const before = rows.get(place);
    const record = before === undefined || before.record === line.record ? line.record : null;
    rows.set(place, { ...line, id, record, count: (before?.count ?? 0) + line.count });
  }
  return [...rows.values()];
}
