import { RateLimitError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { storageFull } from './storage-fault.js';

/** What is to be stored, and how much there may be. */
export interface WantedRoom {
  /** Null for whoever is no user. */
  readonly userId: Id | null;
  readonly count: number;
  readonly sizeBytes: number;
  /** Of one file. */
  readonly maxBytes: number;
  /** Of all files together; 0 = no limit. */
  readonly quotaBytes: number;
}

/** Files of the largest size, and files of any size, that somebody may have uploaded and attached to nothing. */
const mostWaiting = { largest: 40, count: 2000 } as const;

/**
 * Sees that there is room for files, and that nobody fills it with what no record holds.
 * @throws RateLimitError `too_many_files_waiting`, UnavailableError `storage_full`
 */
export async function checkRoom(db: Knex, wanted: WantedRoom): Promise<void> {
  if (wanted.userId !== null) await checkOwnRoom(db, { ...wanted, userId: wanted.userId });
  if (wanted.quotaBytes === 0) return;
  const { rows } = await db.raw<{ rows: { used: string }[] }>('select coalesce(sum(size), 0) as used from core.files');
  if (Number(rows[0]?.used) + wanted.sizeBytes > wanted.quotaBytes) throw storageFull();
}

/** The same for good: whoever else stores files of this user waits until the transaction ends, and with a quota everybody. @throws the same */
export async function claimRoom(trx: Knex.Transaction, wanted: WantedRoom): Promise<void> {
  if (wanted.userId !== null) await takeTurn(trx, `core.files of ${wanted.userId}`);
  if (wanted.quotaBytes > 0) await takeTurn(trx, 'core.files');
  await checkRoom(trx, wanted);
}

async function checkOwnRoom(
  db: Knex,
  { userId, count, sizeBytes, maxBytes }: WantedRoom & { readonly userId: Id },
): Promise<void> {
  const { rows } = await db.raw<{ rows: { files: string; bytes: string }[] }>(
    `select count(*) as files, coalesce(sum(size), 0) as bytes from core.files where created_by = ? and used_at is null`,
    [userId],
  );
  const [waiting] = rows;
  const mostBytes = mostWaiting.largest * maxBytes;
  if (Number(waiting?.files) + count <= mostWaiting.count && Number(waiting?.bytes) + sizeBytes <= mostBytes) return;
  throw new RateLimitError(
    'too_many_files_waiting',
    { mostBytes, mostFiles: mostWaiting.count, retryAfterSeconds: 3600 },
    { message: 'Attach the files you have uploaded first; what is attached to nothing is removed after a day.' },
  );
}

/** Until the transaction ends. */
async function takeTurn(trx: Knex.Transaction, name: string): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [name]);
}
