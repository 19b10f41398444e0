import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { prepare, runPrepared } from '../database/prepared.js';

/** A record as followers know it. */
export interface FollowedRecord {
  readonly entity: string;
  readonly id: Id;
}

/** From now on the user hears of the record; nothing happens when they do already. */
export async function follow(db: Knex, { entity, id }: FollowedRecord, user: Id): Promise<void> {
  await db('core.followers').insert({ entity, record_id: id, user_id: user }).onConflict().ignore();
}

/** The user hears of the record no longer. */
export async function unfollow(db: Knex, { entity, id }: FollowedRecord, user: Id): Promise<void> {
  await db('core.followers').where({ entity, record_id: id, user_id: user }).delete();
}

/** Who follows a record. Whether they may still see it is asked when they read what they are told. */
export async function followersOf(db: Knex, { entity, id }: FollowedRecord): Promise<readonly Id[]> {
  const rows = await db('core.followers')
    .where({ entity, record_id: id })
    .orderBy('user_id')
    .select<readonly { user_id: Id }[]>('user_id');
  return rows.map(({ user_id: user }) => user);
}

/** Whether a user follows a record. */
export async function isFollowing(db: Knex, { entity, id }: FollowedRecord, user: Id): Promise<boolean> {
  return (await runPrepared(db, followsStatement, [entity, id, user])).length > 0;
}

const followsStatement = prepare(
  'select true from core.followers where entity = $1::text and record_id = $2::uuid and user_id = $3::uuid',
);
