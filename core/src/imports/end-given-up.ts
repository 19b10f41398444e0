import type { Clock, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { GivenUpJob } from '../jobs/job-queue.js';
import { isImportOver, type ImportRecord } from './import-record.js';
import { findImport, finishImport } from './import-store.js';

/** Of an error of the database, the end says what is wrong; before it stands the statement. */
const maxReasonLength = 500;

/** What ending imports that nobody runs any more needs. */
export interface GivenUpParts {
  readonly knex: Knex;
  readonly clock: Clock;
  /** Takes the jobs of imports whose attempts are used up out of the queue. */
  takeGivenUp(trx: Knex.Transaction): Promise<readonly GivenUpJob[]>;
}

/** Ends imports whose last attempt failed, or died with its process. Running one again goes on where it stands. @returns them */
export function endGivenUp({ knex, clock, takeGivenUp }: GivenUpParts): Promise<readonly ImportRecord[]> {
  return knex.transaction(async (trx) => {
    const ended: ImportRecord[] = [];
    for (const { payload, attempts, lastError } of await takeGivenUp(trx)) {
      const id: Id = String(payload['importId']);
      const open = await findImport(trx, id);
      if (open === undefined || isImportOver(open)) continue;
      const last = lastError ?? 'The server process that ran it ended';
      const failure = {
        code: 'gave_up',
        message: `Given up after ${attempts} attempts. ${last.slice(-maxReasonLength)}`,
      } as const;
      await finishImport(trx, open, clock.now(), { state: 'failed', failure });
      ended.push({ ...open, state: 'failed', failure });
    }
    return ended;
  });
}
