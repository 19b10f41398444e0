import type { Id } from '@trellis-crm/sdk';
import type { Generation } from '../kernel/generation.js';
import type { Identity } from './identity.js';
import { operatorIdentity } from './special-identities.js';
import { loadUserIdentity, type UserIdentityParts } from './user-identity.js';

/**
 * Who asked for work that goes on after the request, as it is kept beside it: a user by id, narrowed to the scopes of the token
 * that was used (null: none), or the operator of the command line.
 */
export type StoredActor =
  | { readonly kind: 'user'; readonly userId: Id; readonly scopes: readonly string[] | null }
  | { readonly kind: 'operator' };

/** The actor of a request in the form that is kept. */
export function storedActorOf({ userId, scopes }: Identity): StoredActor {
  return userId === null ? { kind: 'operator' } : { kind: 'user', userId, scopes };
}

/** The actor as it is now. @throws NotFoundError `user_not_found`: absent, or not active any more */
export async function loadStoredActor(
  parts: UserIdentityParts,
  generation: Generation,
  actor: StoredActor,
): Promise<Identity> {
  if (actor.kind === 'operator') return operatorIdentity(parts.place);
  return loadUserIdentity(parts, generation, { id: actor.userId }, actor.scopes);
}
