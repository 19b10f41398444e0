import { User, type Id } from '@trellis-crm/sdk';
import { Authenticator } from '../auth/authenticator.js';
import type { Identity } from '../auth/identity.js';
import type { Workspace } from '../workspace/workspace.js';
import type { AccessCall } from './access-call.js';

/** Language and time zone of one person; null is the workspace's. */
export interface OwnPreferences {
  /** BCP 47. */
  readonly locale: string | null;
  /** IANA name. */
  readonly timeZone: string | null;
}

/** What a person chose for themselves. @throws NotFoundError `user_not_found` */
export function readOwnPreferences(workspace: Workspace, call: AccessCall, userId: Id): Promise<OwnPreferences> {
  return workspace.transaction(overOneself(call), async (tx) => {
    const { locale, timeZone } = await tx.records(User).get(userId);
    return { locale, timeZone };
  });
}

/**
 * Changes one's own language and time zone, for which nobody needs a right over users. It holds from the next request on.
 * @throws ValidationError `unknown_locale`, `unknown_time_zone`
 */
export async function changeOwnPreferences(
  workspace: Workspace,
  call: AccessCall,
  userId: Id,
  preferences: Partial<OwnPreferences>,
): Promise<OwnPreferences> {
  const changed = await workspace.transaction(overOneself(call), (tx) => tx.records(User).update(userId, preferences));
  workspace.container.resolve(Authenticator).refresh();
  return { locale: changed.locale, timeZone: changed.timeZone };
}

/** The same person with rights over users, for what touches nobody else's record. */
function overOneself({ generation, identity, signal, requestId }: AccessCall) {
  const reach: Identity['reach'] = (permission) => (ownRights.has(permission) ? 'all' : identity.reach(permission));
  return {
    generation,
    signal,
    identity: { ...identity, reach },
    module: 'core',
    ...(requestId === undefined ? {} : { requestId }),
  };
}

const ownRights: ReadonlySet<string> = new Set(['core.user:read', 'core.user:update']);
