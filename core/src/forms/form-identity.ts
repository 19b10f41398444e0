import type { Id, PermissionKey, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';

/** A form as an actor: whoever filled it in is nobody here, so it holds the rights of its target and no other. */
export function formIdentity(
  form: { readonly id: Id; readonly name: string },
  rights: readonly PermissionKey[],
  { locale, timeZone }: WorkspaceInfo,
): Identity {
  const held = new Set<string>(rights);
  return {
    kind: 'form',
    id: form.id,
    name: form.name,
    userId: null,
    teamId: null,
    ...{ locale, timeZone },
    teamIds: [],
    subtreeTeamIds: [],
    roleKey: null,
    scopes: null,
    onBehalfOf: null,
    reach: (permission) => (held.has(permission) ? 'all' : null),
  };
}
