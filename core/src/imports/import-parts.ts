import type { Clock, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity, StoredActor } from '../auth/index.js';
import type { Database } from '../database/database.js';
import type { GivenUpJob, NewJob } from '../jobs/job-queue.js';
import type { ProgressStore } from '../jobs/job-progress.js';
import type { Generation } from '../kernel/generation.js';
import type { ImportRun } from './engine/import-course.js';

/** What imports need of the other rooms. */
export interface ImportParts {
  readonly database: Database;
  readonly clock: Clock;
  generation(): Generation;
  info(): WorkspaceInfo;
  progress(): ProgressStore;
  enqueue(connection: Knex, job: NewJob): Promise<void>;
  /** Takes the jobs of imports whose attempts are used up out of the queue. */
  takeGivenUp(trx: Knex.Transaction): Promise<readonly GivenUpJob[]>;
  /** The importing actor, as it is when the import runs. @throws NotFoundError, ForbiddenError when it may not act any more */
  identityOf(actor: StoredActor): Promise<Identity>;
  /** Sets of rows in transactions of the work pool. */
  transactionOf(identity: Identity, generation: Generation, signal: AbortSignal): ImportRun['transaction'];
}
