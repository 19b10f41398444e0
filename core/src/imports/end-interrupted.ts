import type { Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { ImportRecord } from './import-record.js';
import { interruptedImports, finishImport } from './import-store.js';

/**
 * Ends imports that a command ran whose process is gone: no job will take them up, so people have to be told. Running one again
 * goes on where it stands. @returns them
 */
export async function endInterrupted(knex: Knex, clock: Clock): Promise<readonly ImportRecord[]> {
  return knex.transaction(async (trx) => {
    const found = await interruptedImports(trx);
    const ended: ImportRecord[] = [];
    for (const record of found) {
      const failure = { code: 'interrupted', message: messageFor(record) } as const;
      await finishImport(trx, record, clock.now(), { state: 'failed', failure });
      ended.push({ ...record, state: 'failed', failure });
    }
    return ended;
  });
}

function messageFor({ id, rowsDone, rowCount }: ImportRecord): string {
  return `Interrupted behind row ${rowsDone} of ${rowCount}: the process that ran it ended. Go on with: trellis import --resume ${id}`;
}
