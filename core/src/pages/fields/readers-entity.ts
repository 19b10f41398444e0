import type { Field, FieldMap } from '@trellis-crm/sdk';
import type { Identity } from '../../auth/identity.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';

/** The entity as this person knows it: restricted fields they may not read are not there, those they may not write are read-only. */
export function readersEntity(entity: CompiledEntity, identity: Identity): CompiledEntity {
  const restricted = [...entity.fields.values()].filter(({ permissions }) => permissions !== null);
  if (restricted.length === 0) return entity;
  const limit = (fields: FieldMap, prefix: string): FieldMap =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([name, field]) => {
        const shown = limited(entity, field, `${prefix}${name}`, identity);
        return shown === null ? [] : [[name, shown]];
      }),
    );
  const extensions = [...entity.extensions].map(
    ([plugin, extension]) => [plugin, { ...extension, fields: limit(extension.fields, `${plugin}.`) }] as const,
  );
  return {
    ...entity,
    definition: { ...entity.definition, fields: limit(entity.definition.fields, '') },
    extensions: new Map(extensions),
  };
}

/** Tells readers apart to whom the entity's fields look different; empty where all see the same. */
export function fieldRightsOf({ fields }: CompiledEntity, identity: Identity): string {
  let rights = '';
  for (const { path, permissions } of fields.values()) {
    if (permissions === null || identity.reach(permissions.read) === null) continue;
    rights += identity.reach(permissions.write) === null ? `${path}:r,` : `${path}:rw,`;
  }
  return rights;
}

function limited({ fields }: CompiledEntity, field: Field, path: string, identity: Identity): Field | null {
  const permissions = fields.get(path)?.permissions ?? null;
  if (permissions === null) return field;
  if (identity.reach(permissions.read) === null) return null;
  return identity.reach(permissions.write) === null ? { ...field, readOnly: true } : field;
}
