import type { Reach, RolePreset } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { presetRoles, type Role } from './role-grants.js';

/** Every role of the workspace, presets first, then those an admin added by name. */
export async function readRoles(knex: Knex): Promise<readonly Role[]> {
  const [roles, grants] = await Promise.all([
    knex<RoleRow>('core.roles').select('key', 'name', 'base').orderBy('name'),
    knex<GrantRow>('core.role_grants').select('role_key', 'permission', 'reach'),
  ]);
  const deviationsOf = (key: string): ReadonlyMap<string, Reach | null> =>
    new Map(grants.filter((grant) => grant.role_key === key).map(({ permission, reach }) => [permission, reach]));
  return [
    ...presetRoles.map((key) => ({ key, name: null, base: key, deviations: deviationsOf(key) })),
    ...roles.map(({ key, name, base }) => ({ key, name, base, deviations: deviationsOf(key) })),
  ];
}

/** Puts the changes of a role in place of those it had. */
export async function replaceDeviations(
  trx: Knex.Transaction,
  key: string,
  deviations: ReadonlyMap<string, Reach | null>,
): Promise<void> {
  await trx('core.role_grants').where('role_key', key).delete();
  const rows = [...deviations].map(([permission, reach]) => ({ role_key: key, permission, reach }));
  if (rows.length > 0) await trx('core.role_grants').insert(rows);
}

interface RoleRow {
  readonly key: string;
  readonly name: string;
  readonly base: RolePreset;
}

interface GrantRow {
  readonly role_key: string;
  readonly permission: string;
  readonly reach: Reach | null;
}
