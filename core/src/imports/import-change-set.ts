import { ConflictError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { finishChangeSet, lockChangeSet, noteChangeSet, reopenChangeSet } from '../changes/change-set-store.js';
import type { ImportEnd, ImportRecord } from './import-record.js';

/** Kind of the change sets of imports. */
const importKind = 'import';

/**
 * Begins or reopens the change set of an import that writes; it is open as long as rows may go in, so nobody takes it back meanwhile.
 * @throws ConflictError `import_undone` when somebody takes it back already: no row follows any more
 */
export async function openChangeSet(trx: Knex.Transaction, record: ImportRecord, now: Date): Promise<void> {
  const { id: importId, changeSetId: id, entity, actor, fileName, isDryRun } = record;
  if (isDryRun) return;
  const known = await lockChangeSet(trx, id);
  if (known === undefined) {
    const input = { importId, fileName };
    await noteChangeSet(trx, { id, kind: importKind, entity, actor, state: 'running', input, createdAt: now });
  } else if (known.undo === null) await reopenChangeSet(trx, id);
  else throw importUndone(importId);
}

/** Ends the change set of an import, in the transaction that ends the import: from now on it can be taken back. */
export async function closeChangeSet(
  trx: Knex.Transaction,
  { changeSetId, isDryRun }: Pick<ImportRecord, 'changeSetId' | 'isDryRun'>,
  at: Date,
  { state, failure }: ImportEnd,
): Promise<void> {
  if (isDryRun) return;
  await finishChangeSet(trx, changeSetId, failure === null ? { state, at } : { state, at, failure });
}

function importUndone(importId: Id): ConflictError {
  const message = 'This import is being taken back or was; import the file anew.';
  return new ConflictError('import_undone', { importId }, { message });
}
