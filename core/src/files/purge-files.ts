import type { Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { isHeldByRecord } from '../records/files/held-files.js';
import type { ContentFolder } from './content-folder.js';
import { lockContent } from './file-store.js';

const dayMs = 86_400_000;

/** So long a file that a record has held stays after it was taken out, for whoever takes that back. */
const releasedDays = 30;

/** What the clean-up needs. */
export interface FilePurgeParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly folder: ContentFolder;
}

/**
 * Removes files that no record holds: uploaded more than a day ago and never attached, or taken out more than 30 days ago. Then contents
 * without a file, and what came in and was never kept.
 */
export async function purgeFiles({ knex, clock, folder }: FilePurgeParts): Promise<void> {
  const now = clock.now();
  const aDayAgo = new Date(now.getTime() - dayMs);
  await forgetUnused(knex, now, aDayAgo);
  for await (const contents of folder.keptBefore(aDayAgo)) {
    const known = new Set(
      await knex('core.files')
        .whereIn('sha256', [...contents])
        .distinct()
        .pluck<string[]>('sha256'),
    );
    for (const sha256 of contents.filter((one) => !known.has(one))) await removeContent(knex, folder, sha256);
  }
  await folder.sweepIncoming(aDayAgo);
}

async function forgetUnused(knex: Knex, now: Date, aDayAgo: Date): Promise<void> {
  const isUsed = await isHeldByRecord(knex);
  const isOver = new Date(now.getTime() - releasedDays * dayMs);
  await knex.transaction(async (trx) => {
    await trx.raw(
      `update core.files f set used_at = ?, unused_since = null
       where (f.used_at is null or f.unused_since is not null) and ${isUsed}`,
      [now],
    );
    await trx.raw(`update core.files f set unused_since = ? where f.unused_since is null and not ${isUsed}`, [now]);
    await trx.raw(
      `delete from core.files f where not ${isUsed}
       and ((f.used_at is null and f.created_at < ?) or f.unused_since < ?)`,
      [aDayAgo, isOver],
    );
  });
}

/** Whoever stores the same content meanwhile waits, and finds it gone or stays. */
async function removeContent(knex: Knex, folder: ContentFolder, sha256: string): Promise<void> {
  await knex.transaction(async (trx) => {
    await lockContent(trx, sha256);
    const row: unknown = await trx('core.files').where({ sha256 }).first('id');
    if (row === undefined) await folder.remove(sha256);
  });
}
