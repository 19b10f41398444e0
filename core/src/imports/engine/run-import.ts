import type { Id } from '@trellis-crm/sdk';
import { isAboutRows } from '../../records/about-rows.js';
import type { ImportFailure, ImportRecord } from '../import-record.js';
import { findImport, finishImport, startImport } from '../import-store.js';
import { ImportCourse, type ImportRun } from './import-course.js';
import { resolveDeferred } from './resolve-deferred.js';

/**
 * Runs an import to its end, from where it stands: rows set by set, then references to records that came later.
 * @param open looks up the surroundings; it may find that the import cannot run any more
 * @returns the import as it is afterwards; undefined when there is none
 */
export async function runImport(
  id: Id,
  parts: Pick<ImportRun, 'knex' | 'clock'>,
  open: (record: ImportRecord) => Promise<ImportRun>,
): Promise<ImportRecord | undefined> {
  const { knex, clock } = parts;
  const record = await startImport(knex, id, clock.now());
  if (record === undefined || record.state !== 'running') return record;
  const failure = await outcomeOf(record, open);
  await knex.transaction((trx) => finishImport(trx, record, clock.now(), failure));
  return findImport(knex, id);
}

/** What stops an import for good is kept with it; other errors are thrown, and a later run goes on. */
async function outcomeOf(
  record: ImportRecord,
  open: (record: ImportRecord) => Promise<ImportRun>,
): Promise<ImportFailure | null> {
  try {
    const course = new ImportCourse(record, await open(record));
    await course.importRows();
    await resolveDeferred(course);
    return null;
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    return { code: error.code, message: error.message };
  }
}
