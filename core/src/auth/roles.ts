import { NotFoundError, type Clock, type PermissionKey, type Reach } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import type { Signals } from '../database/signals.js';
import type { Generation } from '../kernel/generation.js';
import { AccessCache } from './access-cache.js';
import { effectiveGrants, type Role } from './role-grants.js';
import { readRoles } from './role-store.js';

/** The roles of the workspace and what they may do; asked on every request, so answered from memory. */
export interface Roles {
  all(): Promise<readonly Role[]>;
  /** @throws NotFoundError `role_not_found` */
  get(key: string): Promise<Role>;
  /** Rights of a role; none for a key that no role has. Worked out once per generation and change. */
  grants(
    generation: Generation,
    key: string,
  ): ReadonlyMap<PermissionKey, Reach> | Promise<ReadonlyMap<PermissionKey, Reach>>;
  /** Forgets what it knows, after a change in this process. */
  refresh(): void;
}

/** The workspace's roles. */
export const Roles: InjectionToken<Roles> = Symbol('Roles');

/** Creates the service; roles are few, so they are read all at once. */
export function createRoles(knex: Knex, clock: Clock, signals: Signals): Roles {
  const cache = new AccessCache<'roles', RoleSet>(clock, signals);
  const read = (): RoleSet | Promise<RoleSet> => cache.get('roles', async () => new RoleSet(await readRoles(knex)));
  return {
    all: async () => (await read()).roles,
    async get(key) {
      const role = (await read()).find(key);
      if (role === undefined) throw new NotFoundError('role_not_found');
      return role;
    },
    grants(generation, key) {
      const roles = read();
      return roles instanceof Promise
        ? roles.then((found) => found.grants(generation, key))
        : roles.grants(generation, key);
    },
    refresh: () => cache.clear(),
  };
}

/** Roles as of one moment, with the grants worked out for each generation that asked. */
class RoleSet {
  readonly #grants = new WeakMap<Generation, Map<string, ReadonlyMap<PermissionKey, Reach>>>();

  constructor(readonly roles: readonly Role[]) {}

  find(key: string): Role | undefined {
    return this.roles.find((role) => role.key === key);
  }

  grants(generation: Generation, key: string): ReadonlyMap<PermissionKey, Reach> {
    const byRole = this.#grants.get(generation) ?? new Map<string, ReadonlyMap<PermissionKey, Reach>>();
    this.#grants.set(generation, byRole);
    const known = byRole.get(key);
    if (known !== undefined) return known;
    const role = this.find(key);
    const grants = role === undefined ? new Map<PermissionKey, Reach>() : effectiveGrants(generation, role);
    byRole.set(key, grants);
    return grants;
  }
}
