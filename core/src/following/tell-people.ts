import { Activity, UserMentioned, type Id, type TransactionContext } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { followersOf, type FollowedRecord } from './followers.js';
import { mentionedIn, noteMentions } from './mentions.js';

/** An activity that was just written on a record's page. */
export interface ToldActivity {
  readonly activity: Id;
  readonly subject: string;
  readonly body: string | null;
  readonly record: FollowedRecord;
}

/** Tells those whom an activity names, and those who follow its record, of it; each once. */
export async function tellOfActivity(
  tx: TransactionContext,
  db: Knex,
  { activity, subject, body, record }: ToldActivity,
): Promise<void> {
  const named = await mention(tx, db, activity, await mentionedIn(db, `${subject}\n${body ?? ''}`));
  const known = new Set(named);
  const others = (await followersOf(db, record)).filter((user) => !known.has(user));
  if (others.length > 0) await tx.notify(others, 'core.followed-activity', { record });
}

/** Notes that people are named in an activity and tells those who were not before. @returns these */
export async function mention(
  tx: TransactionContext,
  db: Knex,
  activity: Id,
  users: readonly Id[],
): Promise<readonly Id[]> {
  const named = await noteMentions(db, activity, users);
  for (const user of named) await tx.emit(UserMentioned, { activity, user });
  if (named.length > 0) await tx.notify(named, 'core.mentioned', { record: { entity: Activity.id, id: activity } });
  return named;
}
