import type { Id } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Registrations } from './registrations.js';

/** A module acting as itself: all rights on its own entities, its declared capabilities elsewhere. Core may do everything. */
export function moduleIdentity(
  module: Registrations,
  place: { readonly locale: string; readonly timeZone: string },
  onBehalfOf: Id | null = null,
): Identity {
  const capabilities = new Set<string>(module.capabilities);
  const own = `${module.module}.`;
  return {
    kind: 'plugin',
    id: module.module,
    name: module.title,
    userId: null,
    teamId: null,
    locale: place.locale,
    timeZone: place.timeZone,
    teamIds: [],
    subtreeTeamIds: [],
    roleKey: null,
    scopes: null,
    onBehalfOf,
    reach: (permission) =>
      module.module === 'core' || permission.startsWith(own) || capabilities.has(permission) ? 'all' : null,
  };
}

/** Who acted, as events and the audit log note it: `user:<id>`, `plugin:<id>`, `form:<id>`, `operator`, `anonymous`. */
export function actorKey(identity: Pick<Identity, 'kind' | 'id'>): string {
  return named.has(identity.kind) ? `${identity.kind}:${identity.id}` : identity.kind;
}

const named: ReadonlySet<Identity['kind']> = new Set<Identity['kind']>(['user', 'plugin', 'form']);
