import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { hashSecret, newSecret } from '../auth/secret.js';

interface FeedRow {
  readonly user_id: Id;
  readonly token_hash: Buffer;
  readonly created_at: Date;
}

/** Gives somebody a new secret; the one before ends. @returns the secret, which is kept nowhere */
export async function rotateFeed(knex: Knex, userId: Id, now: Date): Promise<string> {
  const secret = newSecret();
  const row = { user_id: userId, token_hash: hashSecret(secret), created_at: now };
  await knex<FeedRow>('core.calendar_feeds').insert(row).onConflict('user_id').merge();
  return secret;
}

/** Ends somebody's secret. */
export async function revokeFeed(knex: Knex, userId: Id): Promise<void> {
  await knex<FeedRow>('core.calendar_feeds').where({ user_id: userId }).delete();
}

/** When somebody's secret was made; null when there is none. */
export async function feedSince(knex: Knex, userId: Id): Promise<string | null> {
  const row = await knex<FeedRow>('core.calendar_feeds').where({ user_id: userId }).first('created_at');
  return row?.created_at.toISOString() ?? null;
}

/** Whose calendar a secret opens; null when it opens none. */
export async function feedOwner(knex: Knex, secret: string): Promise<Id | null> {
  const hash = hashSecret(secret);
  const row = await knex<FeedRow>('core.calendar_feeds').where({ token_hash: hash }).first('user_id');
  return row?.user_id ?? null;
}

/** Entries of a calendar at most, those nearest to now. */
const mostEntries = 1000;

/** Activities that somebody owns or takes part in, 90 days back and a year ahead: done ones of others are not theirs. */
export async function calendarEntries(knex: Knex, userId: Id, now: Date): Promise<readonly Id[]> {
  const { rows } = await knex.raw<{ rows: { readonly id: Id }[] }>(
    `with span as (select ?::timestamptz as now, ?::timestamptz - interval '90 days' as first,
       ?::timestamptz + interval '1 year' as last)
     select id from (
       select a.id, a.due_at from span, core.activities a
       where a.owner_id = ?::uuid and a.deleted_at is null and a.due_at is not null
         and a.due_at >= span.first and a.due_at < span.last
       union
       select p.activity_id, p.due_at from span, core.activity_participants p
       where p.entity = 'core.user' and p.record_id = ?::uuid and p.done_at is null and p.due_at is not null
         and p.due_at >= span.first and p.due_at < span.last
     ) found, span
     order by greatest(due_at - span.now, span.now - due_at), id limit ${mostEntries}`,
    [now, now, now, userId, userId],
  );
  return rows.map(({ id }) => id);
}

/** Entries of a page of a calendar at most. */
const mostShown = 500;

/** What somebody owns and planned between two moments, done or not. */
export async function ownedBetween(knex: Knex, userId: Id, from: string, to: string): Promise<readonly Id[]> {
  const { rows } = await knex.raw<{ rows: { readonly id: Id }[] }>(
    `select id from core.activities
     where owner_id = ?::uuid and deleted_at is null and due_at is not null
       and due_at >= ?::timestamptz and due_at < ?::timestamptz
     order by due_at, id limit ${mostShown}`,
    [userId, from, to],
  );
  return rows.map(({ id }) => id);
}
