import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';

/** Locks of the whole workspace, by what they guard; taken in this order when one operation needs both. */
export type SessionLock = 'plugin-operation' | 'migration' | 'first-run';

/** How to wait for a lock somebody else holds. */
export interface LockWait {
  /** Milliseconds until waiting is given up; without end when left out. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while this session holds the lock. Polls instead of blocking: a session that waits inside PostgreSQL
 * keeps a snapshot, and `create index concurrently` of the holder would wait for it for ever.
 * @throws Error `lock_busy` when the time is up
 */
export async function withSessionLock<T>(
  client: Client,
  lock: SessionLock,
  work: () => Promise<T>,
  wait: LockWait = {},
): Promise<T> {
  await acquire(client, lock, wait);
  try {
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [nameOf(lock)]).catch(() => undefined);
  }
}

/** Takes the lock if nobody holds it. */
async function trySessionLock(client: Client, lock: SessionLock): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
    [nameOf(lock)],
  );
  return rows[0]?.taken === true;
}

const pollMs = 50;

async function acquire(client: Client, lock: SessionLock, { timeoutMs, signal }: LockWait): Promise<void> {
  const start = performance.now();
  while (!(await trySessionLock(client, lock))) {
    if (timeoutMs !== undefined && performance.now() - start > timeoutMs) throw new LockBusyError(lock);
    await pause(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** Another process holds a lock of the workspace for too long. */
export class LockBusyError extends Error {
  override readonly name = 'LockBusyError';
  readonly code = 'lock_busy';

  constructor(lock: SessionLock) {
    super(`Another process is busy with a ${lock.replace('-', ' ')}`);
  }
}

function nameOf(lock: SessionLock): string {
  return `trellis:${lock}`;
}
