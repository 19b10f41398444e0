import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Generation } from '../kernel/generation.js';
import type { Identity } from './identity.js';
import type { Roles } from './roles.js';
import type { Place } from './special-identities.js';
import { toUserFacts, userFactsColumns, userIdentity, userTeamsJoin, type UserFactsRow } from './user-facts.js';

/** Which user is meant. */
export type UserName = { readonly id: Id } | { readonly email: string };

/** What resolving a user outside a request needs. */
export interface UserIdentityParts {
  readonly knex: Knex;
  readonly roles: Roles;
  readonly place: Place;
}

/**
 * An active user as an actor, for work that goes on after the request and for `--as` at the command line.
 * @param scopes of the token that asked for the work; null for all of the user's rights
 * @throws NotFoundError `user_not_found`: absent, or not active any more
 */
export async function loadUserIdentity(
  { knex, roles, place }: UserIdentityParts,
  generation: Generation,
  user: UserName,
  scopes: readonly string[] | null = null,
): Promise<Identity> {
  const [column, value] = 'id' in user ? ['id', user.id] : ['email', user.email.trim().toLowerCase()];
  const { rows } = await knex.raw<{ rows: UserFactsRow[] }>(
    `select ${userFactsColumns} from core.users u ${userTeamsJoin}
     where u.${column} = ? and u.status = 'active' and u.deleted_at is null`,
    [value],
  );
  if (rows[0] === undefined) throw new NotFoundError('user_not_found', { [column]: value });
  const facts = toUserFacts(rows[0]);
  return userIdentity(facts, await roles.grants(generation, facts.roleKey), place, scopes);
}
