import { Activity, UserMentioned, type Id, type TransactionContext } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { NoticeLine } from '../notifications/insert-notices.js';
import { mentionedIn, noteMentions, type Mention } from './mentions.js';

/** A change of a record that somebody may want to be told of. */
export interface ToldChange {
  readonly entity: string;
  readonly record: Id;
  /** Whether the record was added by it. */
  readonly isNew: boolean;
  /** Who changed it; null for what nobody did. */
  readonly by: Id | null;
  /** One of many that were changed or imported together. */
  readonly isPart: boolean;
}

/**
 * Lines for those whom activities name, and for those who follow what new ones are about; who is named is told of that alone. What is
 * imported or changed with many others names nobody: it was written elsewhere, or long ago.
 */
export async function activityLines(
  tx: TransactionContext,
  db: Knex,
  changes: readonly ToldChange[],
): Promise<readonly NoticeLine[]> {
  const activities = changes.filter(({ entity }) => entity === Activity.id);
  if (activities.length === 0) return [];
  const authors = new Map(activities.map(({ record, by }) => [record, by]));
  const written = activities.filter(({ isPart }) => !isPart).map(({ record }) => record);
  const named = await noteMentions(db, await mentionedIn(db, await textsOf(db, written)));
  for (const mention of named) await tx.emit(UserMentioned, mention);
  const followed = await followedBy(
    db,
    activities.filter(({ isNew }) => isNew).map(({ record }) => record),
  );
  const knows = new Set(named.map(keyOf));
  return [
    ...named.map(({ activity, user }) =>
      lineOf('core.mentioned', { user, by: authors.get(activity), entity: Activity.id, record: activity }),
    ),
    ...followed
      .filter((mention) => !knows.has(keyOf(mention)))
      .map(({ activity, user, entity, record }) =>
        lineOf('core.followed-activity', { user, by: authors.get(activity), entity, record }),
      ),
  ];
}

/** Notes that people are named in an activity and tells those who were not before. @returns these */
export async function mention(
  tx: TransactionContext,
  db: Knex,
  activity: Id,
  users: readonly Id[],
): Promise<readonly Id[]> {
  const mentions = await noteMentions(
    db,
    users.map((user) => ({ activity, user })),
  );
  for (const one of mentions) await tx.emit(UserMentioned, one);
  const named = mentions.map(({ user }) => user);
  if (named.length > 0) await tx.notify(named, 'core.mentioned', { record: { entity: Activity.id, id: activity } });
  return named;
}

async function textsOf(db: Knex, activities: readonly Id[]): Promise<ReadonlyMap<Id, string>> {
  const { rows } = await db.raw<{ rows: { id: Id; text: string }[] }>(
    `select id, concat_ws(E'\\n', subject, body) as text from core.activities
     where id = any(?::uuid[]) and deleted_at is null`,
    [[...activities]],
  );
  return new Map(rows.map(({ id, text }) => [id, text]));
}

interface Followed extends Mention {
  readonly entity: string;
  readonly record: Id;
}

/** Followers of the records that activities are about, each once for each activity. Whether they may still see it is asked when they read what they are told. */
async function followedBy(db: Knex, activities: readonly Id[]): Promise<readonly Followed[]> {
  const { rows } = await db.raw<{ rows: Followed[] }>(
    `select distinct on (l.activity_id, w.user_id) l.activity_id as activity, w.user_id as "user", l.entity, l.record_id as record
     from (select activity_id, entity, record_id from core.activity_links where activity_id = any(?::uuid[])
       union all select activity_id, entity, record_id from core.activity_participants where activity_id = any(?::uuid[])) l
     join core.activities a on a.id = l.activity_id and a.deleted_at is null
     join core.followers w on w.entity = l.entity and w.record_id = l.record_id
     order by l.activity_id, w.user_id, l.entity, l.record_id`,
    [[...activities], [...activities]],
  );
  return rows;
}

function keyOf({ activity, user }: Mention): string {
  return `${activity} ${user}`;
}

function lineOf(
  kind: string,
  { by = null, ...about }: { user: Id; by: Id | null | undefined; entity: string; record: Id },
): NoticeLine {
  return { ...about, by, kind, key: about.record, values: {}, href: null, count: 1 };
}
