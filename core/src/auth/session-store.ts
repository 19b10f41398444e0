import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import { hashSecret, newSecret } from './secret.js';
import { toUserFacts, userFactsColumns, userTeamsJoin, type UserFacts, type UserFactsRow } from './user-facts.js';

/** A session ends after this time without a request, in ms. */
export const sessionIdleMs = 14 * 86_400_000;

/** A session ends this long after it began, whatever happens, in ms. */
export const sessionMaxMs = 90 * 86_400_000;

/** Where somebody signed in, for the list of devices. */
export interface Device {
  readonly ip: string;
  readonly userAgent: string;
}

/** One session as its owner sees it. Moments are ISO 8601. */
export interface SessionEntry extends Device {
  readonly id: Id;
  readonly createdAt: string;
  readonly lastSeenAt: string;
}

/** A live session and its user. */
export interface FoundSession {
  readonly id: Id;
  readonly lastSeenAt: Date;
  readonly user: UserFacts;
}

/** Begins a session. @returns the token for the cookie, which is kept nowhere */
export async function createSession(knex: Knex, userId: Id, device: Device, now: Date): Promise<string> {
  const token = newSecret();
  await knex('core.sessions').insert({
    id: uuidV7(),
    user_id: userId,
    token_hash: hashSecret(token),
    created_at: now,
    last_seen_at: now,
    ip: device.ip,
    user_agent: device.userAgent.slice(0, 300),
  });
  return token;
}

/** The session of a token, unless it ended or its user may not sign in any more. */
export async function findSession(knex: Knex, token: string, now: Date): Promise<FoundSession | null> {
  const { rows } = await knex.raw<{ rows: (UserFactsRow & { session_id: Id; last_seen_at: Date })[] }>(
    `select s.id as session_id, s.last_seen_at, ${userFactsColumns}
     from core.sessions s join core.users u on u.id = s.user_id ${userTeamsJoin}
     where s.token_hash = ? and s.last_seen_at > ? and s.created_at > ? and u.status = 'active' and u.deleted_at is null`,
    [hashSecret(token), before(now, sessionIdleMs), before(now, sessionMaxMs)],
  );
  const [row] = rows;
  return row === undefined ? null : { id: row.session_id, lastSeenAt: row.last_seen_at, user: toUserFacts(row) };
}

/** Notes that a session is in use; written every few minutes only. */
export async function touchSession(knex: Knex, id: Id, now: Date): Promise<void> {
  await knex('core.sessions').where({ id }).update({ last_seen_at: now });
}

/** A user's live sessions, the one used last first. */
export async function listSessions(knex: Knex, userId: Id, now: Date): Promise<readonly SessionEntry[]> {
  const rows = await knex<SessionRow>('core.sessions')
    .where({ user_id: userId })
    .where('last_seen_at', '>', before(now, sessionIdleMs))
    .where('created_at', '>', before(now, sessionMaxMs))
    .orderBy('last_seen_at', 'desc')
    .select('id', 'created_at', 'last_seen_at', 'ip', 'user_agent');
  return rows.map((row) => ({
    id: row.id,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
  }));
}

/** Ends one session of a user. @returns whether there was one */
export async function endSession(knex: Knex, userId: Id, id: Id): Promise<boolean> {
  return (await knex('core.sessions').where({ id, user_id: userId }).delete()) > 0;
}

/** Ends a user's sessions, except the one given. */
export async function endSessions(knex: Knex, userId: Id, except: Id | null = null): Promise<void> {
  const query = knex('core.sessions').where({ user_id: userId });
  await (except === null ? query : query.whereNot({ id: except })).delete();
}

interface SessionRow {
  readonly id: Id;
  readonly user_id: Id;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly ip: string;
  readonly user_agent: string;
}

function before(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
