import type { Id } from '@trellis-crm/sdk';
import type { NewJob } from '../jobs/job-queue.js';

/** Name of the job that runs an import. */
export const importJob = 'import';

/** The job of one import: its key tells whether there is one already. */
export function jobOf(id: Id): NewJob {
  return { module: 'core', name: importJob, payload: { importId: id }, key: `${importJob}:${id}` };
}
