import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { uuidV7 } from '../database/uuid-v7.js';
import { hashSecret, newSecret } from './secret.js';

/** What a link lets its holder do, once: accept an invitation, or set a forgotten password anew. */
export type LinkKind = 'invitation' | 'reset';

/** How long a link of each kind works, in ms: an invitation 7 days, a reset 30 min. */
export const linkLifetimeMs: Readonly<Record<LinkKind, number>> = { invitation: 7 * 86_400_000, reset: 30 * 60_000 };

/** Makes a link's token; an earlier link of the same kind and user ends. The token is kept nowhere. */
export async function createLink(knex: Knex, userId: Id, kind: LinkKind, now: Date): Promise<string> {
  const token = newSecret();
  const row = {
    id: uuidV7(),
    token_hash: hashSecret(token),
    created_at: now,
    expires_at: new Date(now.getTime() + linkLifetimeMs[kind]),
  };
  await knex('core.access_links')
    .insert({ user_id: userId, kind, ...row })
    .onConflict(['user_id', 'kind'])
    .merge(row);
  return token;
}

/** Whose link it is, while it works. */
export async function findLink(knex: Knex, kind: LinkKind, token: string, now: Date): Promise<Id | null> {
  const row = await knex<LinkRow>('core.access_links')
    .where({ kind, token_hash: hashSecret(token) })
    .where('expires_at', '>', now)
    .first('user_id');
  return row?.user_id ?? null;
}

/** Uses a link up: of several tries at once one gets it. @returns whose it was, null when it does not work any more */
export async function useLink(trx: Knex.Transaction, kind: LinkKind, token: string, now: Date): Promise<Id | null> {
  const [row] = await trx<LinkRow>('core.access_links')
    .where({ kind, token_hash: hashSecret(token) })
    .where('expires_at', '>', now)
    .delete()
    .returning('user_id');
  return row?.user_id ?? null;
}

/** Ends all links of a user. */
export async function endLinks(knex: Knex, userId: Id): Promise<void> {
  await knex('core.access_links').where({ user_id: userId }).delete();
}

interface LinkRow {
  readonly user_id: Id;
  readonly kind: LinkKind;
  readonly token_hash: Buffer;
  readonly expires_at: Date;
}
