import type { Id } from '@trellis-crm/sdk';
import type { Client } from 'pg';

/** Says as long as it lives that a process works on an import: a lock of a session of its own, which ends with the process. */
export interface RunningMark {
  remove(): Promise<void>;
}

/** Marks an import as run by this process. Several may: who writes is told by the rows done. */
export async function markRunning(connectDirect: () => Promise<Client>, id: Id): Promise<RunningMark> {
  const client = await connectDirect();
  await client.query(`select pg_advisory_lock_shared(${markSpace}, hashtext($1))`, [id]);
  return { remove: () => client.end() };
}

/** Any number that other users of advisory locks are unlikely to take. */
const markSpace = 1_953_066_349;

/** Condition on the import `i` that no process works on it. */
export const isUnmarked = `not exists (
  select from pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 2 and l.classid = ${markSpace} and l.granted
    and l.objid::bigint = (hashtext(i.id::text)::bigint & 4294967295)
    and l.database = (select oid from pg_database where datname = current_database())
)`;
