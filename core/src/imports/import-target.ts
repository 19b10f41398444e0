import { ForbiddenError, ValidationError } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Generation } from '../kernel/generation.js';
import { importableEntity, type ImportableEntity } from './mapping/entity-fields.js';
import type { ImportMapping } from './mapping/mapping.js';

/** What may be imported, by its id. @throws ValidationError `unknown_entity`, ForbiddenError `may_not_import` */
export function targetFor(
  entity: string | undefined,
  identity: Identity,
  { generation }: { generation(): Generation },
): ImportableEntity {
  const target = entity === undefined ? undefined : importableEntity(generation(), entity, identity);
  if (target !== undefined) {
    authorizeImport({ records: [{ entity: target.entity.definition.id }] }, identity);
    return target;
  }
  const message =
    entity === undefined
      ? 'Say what the rows are: an entity, or a mapping.'
      : `Nothing called "${entity}" can be imported here.`;
  const errors = [{ pointer: '/entity', code: 'unknown_entity', message }];
  throw new ValidationError('unknown_entity', {}, { message, errors });
}

/** Every entity a mapping writes needs its right to import. @throws ForbiddenError `may_not_import` */
export function authorizeImport(
  { records }: { readonly records: readonly Pick<ImportMapping['records'][number], 'entity'>[] },
  identity: Identity,
): void {
  for (const { entity } of records) {
    if (identity.reach(`${entity}:import`) === null) throw new ForbiddenError('may_not_import', { entity });
  }
}

/** Whoever may import nothing is told so before their file is taken in. @throws ForbiddenError `may_not_import` */
export function authorizeSomeImport({
  identity,
  generation,
}: Readonly<{ identity: Identity; generation: Generation }>): void {
  if ([...generation.entities.keys()].some((entity) => identity.reach(`${entity}:import`) !== null)) return;
  throw new ForbiddenError('may_not_import', {});
}
