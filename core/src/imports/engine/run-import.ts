import type { Id } from '@trellis-crm/sdk';
import type { ImportRecord } from '../import-record.js';
import { finishImport, startImport } from '../import-store.js';
import { isAboutRows } from './error-problems.js';
import { ImportCourse, type ImportRun } from './import-course.js';
import { resolveDeferred } from './resolve-deferred.js';

/**
 * Runs an import to its end, from where it stands: rows in sets of 500, then references to records that came later.
 * @returns the import as it is afterwards; undefined when there is none
 */
export async function runImport(id: Id, run: ImportRun): Promise<ImportRecord | undefined> {
  const record = await startImport(run.knex, id, run.clock.now());
  if (record === undefined || record.state !== 'running') return record;
  const course = new ImportCourse(record, run);
  try {
    await course.importRows();
    await resolveDeferred(course);
    await finishImport(run.knex, id, run.clock.now(), null);
  } catch (error) {
    if (!isAboutRows(error) || !(error instanceof Error)) throw error;
    await finishImport(run.knex, id, run.clock.now(), {
      code: 'code' in error ? String(error.code) : 'failed',
      message: error.message,
    });
  }
  const ended = { ...course.record, state: 'done' as const };
  await run.progress(ended);
  return ended;
}
