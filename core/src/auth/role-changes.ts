import {
  ConflictError,
  NotFoundError,
  ValidationError,
  type Clock,
  type PermissionKey,
  type Problem,
  type Reach,
} from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { Database } from '../database/database.js';
import type { Generation } from '../kernel/generation.js';
import { auditAccess, differences } from './access-audit.js';
import type { Identity } from './identity.js';
import { declaredReach, effectiveGrants, type Role } from './role-grants.js';
import { readRoles, replaceDeviations } from './role-store.js';
import type { Roles } from './roles.js';

/** What changing roles needs from elsewhere. */
export interface RoleChangeParts {
  readonly database: Database;
  readonly roles: Roles;
  readonly log: BaseLogger;
  readonly clock: Clock;
}

/** What a role is to have: by permission a reach, or null to take the right away. */
export interface GrantChange {
  readonly key: string;
  readonly grants: Readonly<Record<string, Reach | null>>;
  readonly by: Identity;
}

/** A role's rights as the roles page shows them. */
export interface GrantEntry {
  readonly permission: PermissionKey;
  readonly module: string;
  readonly reach: Reach | null;
  /** What the module declares for the preset. */
  readonly declared: Reach | null;
}

/** Every permission of a generation with what the role has of it, by key. */
export function listGrants(generation: Generation, role: Role): readonly GrantEntry[] {
  const effective = effectiveGrants(generation, role);
  return [...generation.permissions]
    .map(([permission, { module, grants }]) => ({
      permission,
      module,
      reach: effective.get(permission) ?? null,
      declared: declaredReach(role.base, grants),
    }))
    .sort((left, right) => (left.permission < right.permission ? -1 : 1));
}

/**
 * Sets rights of a role; those not named stay. Only what differs from the declaration is stored, so a later version's new
 * rights still arrive. @throws ConflictError `admin_role_fixed`, NotFoundError, ValidationError for unknown permissions
 */
export async function changeGrants(
  { database, roles, log, clock }: RoleChangeParts,
  generation: Generation,
  { key, grants: wanted, by }: GrantChange,
): Promise<Role> {
  refuseUnknown(generation, wanted);
  const changed = await database.tx(async (trx) => {
    // Whoever saves at the same time starts from what the other one stored.
    await trx.raw(`select pg_advisory_xact_lock(hashtext('core.role_grants'))`);
    const role = await readRole(trx, key);
    const deviations = deviationsWith(generation, role, wanted);
    await replaceDeviations(trx, key, deviations);
    const changes = differences(byName(key, role.deviations), byName(key, deviations));
    await auditAccess(trx, { ...grantsChanged, changes, by, at: clock.now() });
    return { ...role, deviations };
  });
  roles.refresh();
  log.info({ role: key, permissions: Object.keys(wanted) }, 'role changed');
  return changed;
}

const grantsChanged = { entity: 'core.role', recordId: null, verb: 'grants-changed' } as const;

async function readRole(trx: Knex.Transaction, key: string): Promise<Role> {
  const role = (await readRoles(trx)).find((candidate) => candidate.key === key);
  if (role === undefined) throw new NotFoundError('role_not_found');
  if (role.base === 'admin') throw new ConflictError('admin_role_fixed');
  return role;
}

/** What the role has otherwise than declared, once it has what is wanted. */
function deviationsWith(generation: Generation, role: Role, wanted: GrantChange['grants']): Role['deviations'] {
  const deviations = new Map(role.deviations);
  for (const [permission, reach] of Object.entries(wanted)) {
    const declared = generation.permissions.get(permission as PermissionKey)?.grants ?? {};
    if (declaredReach(role.base, declared) === reach) deviations.delete(permission);
    else deviations.set(permission, reach);
  }
  return deviations;
}

/** Roles share one entry of the audit log's record ids, so each change names its role. */
function byName(role: string, deviations: ReadonlyMap<string, Reach | null>): Readonly<Record<string, string>> {
  return Object.fromEntries([...deviations].map(([permission, reach]) => [`${role} ${permission}`, reach ?? 'none']));
}

function refuseUnknown(generation: Generation, wanted: Readonly<Record<string, unknown>>): void {
  const unknown = Object.keys(wanted).filter((permission) => !generation.permissions.has(permission as PermissionKey));
  if (unknown.length === 0) return;
  const errors: Problem[] = unknown.map((permission) => ({
    pointer: `/grants/${permission.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    code: 'unknown_permission',
    message: 'is no permission',
  }));
  throw new ValidationError('not_valid', {}, { errors: errors.slice(0, 20) });
}
