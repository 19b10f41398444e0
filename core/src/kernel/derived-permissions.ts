import type { EntityDefinition, EntityVerb, Grants, PermissionDefinition, PermissionKey } from '@trellis-crm/sdk';

/** Verbs every entity has a right for. */
const entityVerbs: readonly EntityVerb[] = ['read', 'create', 'update', 'delete', 'import'];

/** Rights derived from an entity: one per verb, and read and write of each restricted field. Labels are keys of core's catalogue. */
export function derivePermissions(
  entity: EntityDefinition,
): readonly (readonly [PermissionKey, PermissionDefinition])[] {
  const verbs = entityVerbs.map((verb) => {
    const grants = entity.grants?.[verb] ?? presetGrants(entity, verb);
    return [`${entity.id}:${verb}`, { label: `core:permissions.${verb}`, grants }] as const;
  });
  const fields = Object.entries(entity.fields).filter(([, field]) => field.restricted === true);
  const restricted = fields.flatMap(([name]) => fieldPermissions(`${entity.id}.${name}`));
  return [...verbs, ...restricted];
}

/** Rights on a restricted field: managers only, unless an admin widens them. */
export function fieldPermissions(field: string): readonly (readonly [PermissionKey, PermissionDefinition])[] {
  return [
    [`${field}:read`, { label: 'core:permissions.readField', grants: { manager: 'all' } }],
    [`${field}:write`, { label: 'core:permissions.writeField', grants: { manager: 'subtree' } }],
  ];
}

/** Managers read all and write below them, users read all and write their own. Records without an owner are for admins to write. */
function presetGrants(entity: EntityDefinition, verb: EntityVerb): Grants {
  if (verb === 'read') return { manager: 'all', user: 'all', 'read-only': 'all' };
  if (!entity.owned) return {};
  return { manager: 'subtree', user: 'own' };
}
