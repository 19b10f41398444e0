import type { Clock, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { GivenUpJob } from '../jobs/job-queue.js';
import { isOver, type ChangeSet } from './change-set.js';
import { finishChangeSet, lockChangeSet } from './change-set-store.js';

/** Of an error of the database, the end says what is wrong; before it stands the statement. */
const maxReasonLength = 500;

/** What ending change sets that nobody works off any more needs. */
export interface GivenUpParts {
  readonly knex: Knex;
  readonly clock: Clock;
  takeGivenUp(trx: Knex.Transaction): Promise<readonly GivenUpJob[]>;
}

/** Ends change sets whose last attempt failed, or died with its process. @returns them */
export function endGivenUp({ knex, clock, takeGivenUp }: GivenUpParts): Promise<readonly ChangeSet[]> {
  return knex.transaction(async (trx) => {
    const ended: ChangeSet[] = [];
    for (const { payload, attempts, lastError } of await takeGivenUp(trx)) {
      const id: Id = String(payload['changeSetId']);
      const set = await lockChangeSet(trx, id);
      if (set === undefined || isOver(set)) continue;
      const last = lastError ?? 'The server process that ran it ended';
      const message = `Given up after ${attempts} attempts. ${last.slice(-maxReasonLength)}`;
      const failure = { code: 'gave_up', message };
      await finishChangeSet(trx, id, { state: 'failed', at: clock.now(), failure });
      ended.push({ ...set, state: 'failed', failure });
    }
    return ended;
  });
}
