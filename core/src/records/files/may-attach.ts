import type { Identity } from '../../auth/identity.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { mayWriteField, reachFor } from '../rights.js';
import { fileFields } from './file-fields.js';

/** Whether somebody may attach files to anything at all. */
export function mayAttachFiles(identity: Identity, entities: Iterable<CompiledEntity>): boolean {
  const scope = { identity, elevatedFor: null };
  return fileFields(entities).some(
    ({ entity, field }) =>
      (reachFor(scope, entity, 'create') ?? reachFor(scope, entity, 'update')) !== null &&
      mayWriteField(scope, field, entity),
  );
}
