import type { Grants, PermissionKey, Reach, RolePreset } from '@trellis-crm/sdk';
import type { Generation } from '../kernel/generation.js';

/** Keys of the roles every workspace has. */
export const presetRoles: readonly RolePreset[] = ['admin', 'manager', 'user', 'read-only'];

/** A role with what an admin changed about it. */
export interface Role {
  readonly key: string;
  /** Null for presets: their names are texts of the catalogue. */
  readonly name: string | null;
  /** Preset whose declared grants it follows. */
  readonly base: RolePreset;
  /** Where it differs: reach by permission, null for a right that was taken away. */
  readonly deviations: ReadonlyMap<string, Reach | null>;
}

/** Rights of a role in a generation: the declared ones with the admin's changes over them. An admin has every right. */
export function effectiveGrants(generation: Generation, role: Role): ReadonlyMap<PermissionKey, Reach> {
  const grants = new Map<PermissionKey, Reach>();
  for (const [permission, { grants: declared }] of generation.permissions) {
    const reach = reachOf(role, permission, declared);
    if (reach !== null) grants.set(permission, reach);
  }
  return grants;
}

/** What the modules declare for a role, before an admin changed anything. */
export function declaredReach(base: RolePreset, declared: Grants): Reach | null {
  return base === 'admin' ? 'all' : (declared[base] ?? null);
}

function reachOf(role: Role, permission: string, declared: Grants): Reach | null {
  if (role.base === 'admin') return 'all';
  const changed = role.deviations.get(permission);
  return changed === undefined ? declaredReach(role.base, declared) : changed;
}
