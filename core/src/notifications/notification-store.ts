import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** A line as it is stored. */
export interface NotificationRow {
  readonly id: Id;
  readonly user_id: Id;
  /** False: it leaves by mail only. */
  readonly in_app: boolean;
  readonly kind: string;
  readonly entity: string | null;
  readonly record_id: Id | null;
  readonly by_user: Id | null;
  readonly values: Readonly<Record<string, string | number>>;
  readonly href: string | null;
  readonly count: number;
  readonly told_at: Date;
  readonly read_at: Date | null;
  readonly snoozed_until: Date | null;
}

/** Which lines of an inbox: those that want attention, all that are not put off, or those that are. */
export type InboxView = 'unread' | 'all' | 'snoozed';

/** A page of somebody's inbox; `after` is the last line of the page before. */
export interface InboxPage {
  readonly view: InboxView;
  readonly limit: number;
  readonly after?: { readonly toldAt: string; readonly id: Id };
  readonly now: Date;
}

/** Newest first. */
export async function listInbox(knex: Knex, user: Id, page: InboxPage): Promise<readonly NotificationRow[]> {
  const query = knex<NotificationRow>('core.notifications')
    .select(columns)
    .where({ user_id: user, in_app: true })
    .orderBy([
      { column: 'told_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(page.limit);
  if (page.after !== undefined) void query.whereRaw('(told_at, id) < (?, ?)', [page.after.toldAt, page.after.id]);
  if (page.view === 'unread') void query.whereNull('read_at');
  if (page.view === 'snoozed') return query.where('snoozed_until', '>', page.now);
  return query.whereRaw(isNotPutOff, [page.now]);
}

const isNotPutOff = '(snoozed_until is null or snoozed_until <= ?)';

/** Columns of a {@link NotificationRow}. */
export const columns = [
  ...(['id', 'user_id', 'in_app', 'kind', 'entity', 'record_id', 'by_user', 'values', 'href', 'count'] as const),
  ...(['told_at', 'read_at', 'snoozed_until'] as const),
];

/** Counts what wants attention, up to 100. */
export async function countUnread(knex: Knex, user: Id, now: Date): Promise<number> {
  const { rows } = await knex.raw<{ rows: { count: number }[] }>(countStatement, [user, now]);
  return rows[0]?.count ?? 0;
}

const countStatement = `
  select count(*)::integer as count from (
    select from core.notifications
    where user_id = ? and in_app and read_at is null and ${isNotPutOff}
    limit 100) unread`;

/** One line of somebody's. @throws NotFoundError `notification_not_found`: absent, or somebody else's */
export async function getLine(knex: Knex, user: Id, id: Id): Promise<NotificationRow> {
  const row = await knex<NotificationRow>('core.notifications')
    .where({ id, user_id: user, in_app: true })
    .first(columns);
  if (row === undefined) throw new NotFoundError('notification_not_found');
  return row;
}

/** What may be noted about a line. */
export interface LineChange {
  readonly read_at?: Date | null;
  readonly snoozed_until?: Date | null;
}

/**
 * Notes something about a line. One that becomes unread while another of its kind and key is unread takes that one's place.
 * @throws NotFoundError `notification_not_found`
 */
export async function changeLine(trx: Knex, user: Id, id: Id, change: LineChange): Promise<void> {
  if (change.read_at === null) await trx.raw(foldStatement, [user, id]);
  const changed = await trx('core.notifications').where({ id, user_id: user, in_app: true }).update(change);
  if (changed === 0) throw new NotFoundError('notification_not_found');
}

const foldStatement = `
  delete from core.notifications other using core.notifications mine
  where mine.user_id = ? and mine.id = ? and other.user_id = mine.user_id and other.kind = mine.kind
    and other.key = mine.key and other.id <> mine.id and other.read_at is null`;

/** Marks all that wants attention as read, up to a moment: what comes while somebody looks stays. */
export async function readAll(trx: Knex, user: Id, now: Date, upTo: Date): Promise<number> {
  return trx('core.notifications')
    .where({ user_id: user, in_app: true })
    .whereNull('read_at')
    .where('told_at', '<=', upTo)
    .whereRaw(isNotPutOff, [now])
    .update({ read_at: now });
}

/** Brings back what was put off until now, as new. @returns whose inboxes changed */
export async function wakeSnoozed(trx: Knex, now: Date): Promise<readonly Id[]> {
  const rows = await trx('core.notifications')
    .where('snoozed_until', '<=', now)
    .whereNull('read_at')
    .update({ snoozed_until: null, told_at: now })
    .returning<{ user_id: Id }[]>('user_id');
  return [...new Set(rows.map(({ user_id }) => user_id))];
}

const dayMs = 86_400_000;
const keepDays = { read: 90, any: 180 } as const;

/** Deletes lines that were read 90 days ago, and any after 180 days. */
export async function purgeNotifications(knex: Knex, now: Date): Promise<void> {
  const before = (days: number): Date => new Date(now.getTime() - days * dayMs);
  await knex('core.notifications')
    .where('told_at', '<', before(keepDays.read))
    .whereRaw('(told_at < ? or read_at is not null)', [before(keepDays.any)])
    .delete();
}
