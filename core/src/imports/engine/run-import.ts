import type { Id } from '@trellis-crm/sdk';
import { isAboutRows } from '../../records/about-rows.js';
import { ImportTakenOver } from '../import-progress-store.js';
import type { ImportEnd, ImportRecord } from '../import-record.js';
import { findImport, finishImport, startImport } from '../import-store.js';
import { ImportCourse, type ImportRun } from './import-course.js';
import { resolveDeferred } from './resolve-deferred.js';

/**
 * Runs an import to its end, from where it stands: rows set by set, then references to records that came later.
 * @param open looks up the surroundings; it may find that the import cannot run any more
 * @returns the import as it is afterwards, also when somebody stopped it; undefined when there is none
 * @throws ImportTakenOver when another process runs it
 */
export async function runImport(
  id: Id,
  parts: Pick<ImportRun, 'knex' | 'clock'>,
  open: (record: ImportRecord) => Promise<ImportRun>,
): Promise<ImportRecord | undefined> {
  const { knex, clock } = parts;
  const record = await startImport(knex, id, clock.now());
  if (record === undefined || record.state !== 'running') return record;
  const end = await outcomeOf(record, open);
  if (end !== null) await knex.transaction((trx) => finishImport(trx, record, clock.now(), end));
  const ended = await findImport(knex, id);
  if (end === null && ended?.state !== 'cancelled')
    throw new ImportTakenOver('another process goes on with the import');
  return ended;
}

/** What stops an import for good is kept with it; other errors are thrown, and a later run goes on. @returns null when it is no longer for this run to end it */
async function outcomeOf(
  record: ImportRecord,
  open: (record: ImportRecord) => Promise<ImportRun>,
): Promise<ImportEnd | null> {
  try {
    const course = new ImportCourse(record, await open(record));
    await course.importRows();
    await resolveDeferred(course);
    return { state: 'done', failure: null };
  } catch (error) {
    if (error instanceof ImportTakenOver) return null;
    if (!isAboutRows(error)) throw error;
    return { state: 'failed', failure: { code: error.code, message: error.message } };
  }
}
