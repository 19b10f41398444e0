import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import { hashSecret, newSecret } from './secret.js';
import { toUserFacts, userFactsColumns, userTeamsJoin, type UserFacts, type UserFactsRow } from './user-facts.js';

/** What every personal token begins with, so that leaked ones are found by scanners. */
export const tokenPrefix = 'trl_';

/** What a new token may do and how long. */
export interface NewToken {
  readonly userId: Id;
  readonly name: string;
  /** Permission keys, `read` for every right to read, `*` for all rights of the user. */
  readonly scopes: readonly string[];
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null;
}

/** A token as its owner sees it; the secret itself is shown once, when it is made. */
export interface TokenEntry {
  readonly id: Id;
  readonly name: string;
  /** First characters, to tell tokens apart. */
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

/** A live token and its user. */
export interface FoundToken {
  readonly id: Id;
  readonly scopes: readonly string[];
  readonly lastUsedAt: Date | null;
  readonly user: UserFacts;
}

/** Makes a token. @returns its entry and the secret, which is kept nowhere */
export async function createToken(
  knex: Knex,
  token: NewToken,
  now: Date,
): Promise<TokenEntry & { readonly token: string }> {
  const secret = tokenPrefix + newSecret();
  const row: TokenRow = {
    id: uuidV7(),
    user_id: token.userId,
    name: token.name,
    hint: secret.slice(0, tokenPrefix.length + 4),
    scopes: token.scopes,
    created_at: now,
    expires_at: token.expiresAt,
    last_used_at: null,
  };
  await knex('core.api_tokens').insert({ ...row, token_hash: hashSecret(secret) });
  return { ...toEntry(row), token: secret };
}

/** The token's entry and user, unless it expired or the user may not sign in any more. */
export async function findToken(knex: Knex, secret: string, now: Date): Promise<FoundToken | null> {
  const { rows } = await knex.raw<{ rows: (UserFactsRow & FoundRow)[] }>(
    `select t.id as token_id, t.scopes, t.last_used_at, ${userFactsColumns}
     from core.api_tokens t join core.users u on u.id = t.user_id ${userTeamsJoin}
     where t.token_hash = ? and (t.expires_at is null or t.expires_at > ?) and u.status = 'active' and u.deleted_at is null`,
    [hashSecret(secret), now],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { id: row.token_id, scopes: row.scopes, lastUsedAt: row.last_used_at, user: toUserFacts(row) };
}

/** Notes that a token is in use; written every few minutes only. */
export async function touchToken(knex: Knex, id: Id, now: Date): Promise<void> {
  await knex('core.api_tokens').where({ id }).update({ last_used_at: now });
}

/** A user's tokens, newest first, expired ones included. */
export async function listTokens(knex: Knex, userId: Id): Promise<readonly TokenEntry[]> {
  const rows = await knex<TokenRow>('core.api_tokens').where({ user_id: userId }).orderBy('id', 'desc');
  return rows.map(toEntry);
}

/** Revokes one token of a user. @returns whether there was one */
export async function revokeToken(knex: Knex, userId: Id, id: Id): Promise<boolean> {
  return (await knex('core.api_tokens').where({ id, user_id: userId }).delete()) > 0;
}

interface FoundRow {
  readonly token_id: Id;
  readonly scopes: readonly string[];
  readonly last_used_at: Date | null;
}

interface TokenRow {
  readonly id: Id;
  readonly user_id: Id;
  readonly name: string;
  readonly hint: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

function toEntry(row: TokenRow): TokenEntry {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
