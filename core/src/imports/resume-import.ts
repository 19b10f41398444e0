import { ConflictError, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { NewJob } from '../jobs/job-queue.js';
import type { ProgressStore } from '../jobs/job-progress.js';
import { openChangeSet } from './import-change-set.js';
import { importJob, jobOf } from './import-job.js';
import type { ImportRecord } from './import-record.js';
import { requeueImport } from './import-store.js';

/** What taking an import up again needs. */
export interface ResumeParts {
  readonly progress: ProgressStore;
  readonly clock: Clock;
  enqueue(connection: Knex, job: NewJob): Promise<void>;
}

/** Whether an import stopped for reasons that lie outside its file, so that going on may help: nobody does unless asked. */
export function isResumable({ state, failure }: Pick<ImportRecord, 'state' | 'failure'>): boolean {
  return state === 'failed' && (failure?.code === 'gave_up' || failure?.code === 'interrupted');
}

/** Has a job go on with an import that stopped, behind its last row and as whoever began it. @throws ConflictError `import_not_resumable`, `import_undone` */
export async function resumeImport(trx: Knex.Transaction, record: ImportRecord, parts: ResumeParts): Promise<void> {
  const { id, actor, failure } = record;
  if (!isResumable(record) || !(await requeueImport(trx, id))) throw notResumable(id);
  await openChangeSet(trx, record, parts.clock.now());
  // A command reports to nobody.
  if (failure?.code === 'interrupted')
    await parts.progress.create(trx, { id, kind: importJob, ownerId: actor.kind === 'user' ? actor.userId : null });
  await parts.enqueue(trx, jobOf(id));
}

function notResumable(importId: Id): ConflictError {
  const message = 'This import does not wait for somebody to go on with it.';
  return new ConflictError('import_not_resumable', { importId }, { message });
}
