import type { Id, PermissionKey } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Generation } from '../kernel/generation.js';
import type { Roles } from './roles.js';

/** Where holders of a right are looked for. */
export interface HolderParts {
  readonly knex: Knex;
  readonly roles: Roles;
}

/** Users who may sign in and whose role gives a right. */
export async function holdersOf(
  { knex, roles }: HolderParts,
  generation: Generation,
  permission: PermissionKey,
): Promise<readonly Id[]> {
  const all = await roles.all();
  const grants = await Promise.all(all.map(async ({ key }) => roles.grants(generation, key)));
  const keys = all.filter((_, place) => grants[place]?.has(permission) === true).map(({ key }) => key);
  return knex<{ id: Id; role: string; status: string; deleted_at: Date | null }>('core.users')
    .whereIn('role', keys)
    .where({ status: 'active', deleted_at: null })
    .pluck('id');
}
