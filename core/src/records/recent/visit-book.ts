import type { Clock, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { InjectionToken } from 'tsyringe';

/** Somebody opened a record. */
export interface Visit {
  readonly userId: Id;
  readonly entity: string;
  readonly recordId: Id;
}

/** Notes who looked at which record. Nobody waits for it: visits are gathered and written together, a moment after the answers. */
export interface VisitBook {
  note(visit: Visit): void;
  /** Writes what is gathered; resolves when it stands in the database. */
  flush(): Promise<void>;
}

/** The visit book of a process, in the workspace's container. */
export const VisitBook: InjectionToken<VisitBook> = Symbol('VisitBook');

/** What the book needs. */
export interface VisitBookParts {
  readonly database: { readonly work: Knex };
  readonly clock: Clock;
  readonly log: BaseLogger;
}

const flushMs = 500;
/** A flood of page views fills no memory: what is beyond is not noted. */
const mostGathered = 5000;
/** Kept for each person. */
const mostKept = 50;

/** Opens an empty book. */
export function createVisitBook({ database, clock, log }: VisitBookParts): VisitBook {
  const gathered = new Map<string, Visit & { readonly at: string }>();
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const visits = [...gathered.values()];
    gathered.clear();
    writing = writing
      .then(() => write(database.work, visits))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'visits of records could not be noted');
      });
    return writing;
  };
  return {
    note(visit) {
      const key = `${visit.userId} ${visit.entity} ${visit.recordId}`;
      if (gathered.size >= mostGathered && !gathered.has(key)) return;
      gathered.set(key, { ...visit, at: clock.now().toISOString() });
      timer ??= setTimeout(() => void flush(), flushMs).unref();
    },
    flush,
  };
}

/** In the order of the key, so that two processes never wait for each other in a circle. A user who is gone has no recent records. */
async function write(knex: Knex, visits: readonly (Visit & { readonly at: string })[]): Promise<void> {
  if (visits.length === 0) return;
  await knex.raw(
    `with visits as (
       select * from jsonb_to_recordset(?::jsonb) as v("userId" uuid, entity text, "recordId" uuid, at timestamptz)
     ), added as (
       insert into core.recent_records as r (user_id, entity, record_id, visited_at)
       select v."userId", v.entity, v."recordId", v.at from visits v join core.users u on u.id = v."userId"
       order by 1, 2, 3
       on conflict (user_id, entity, record_id) do update set visited_at = greatest(r.visited_at, excluded.visited_at)
     )
     delete from core.recent_records r using (
       select user_id, entity, record_id, row_number() over (partition by user_id order by visited_at desc) as place
       from core.recent_records where user_id in (select "userId" from visits)
     ) old
     where old.place > ${mostKept} and (r.user_id, r.entity, r.record_id) = (old.user_id, old.entity, old.record_id)
       and not exists (select from visits v where (v."userId", v.entity, v."recordId") = (r.user_id, r.entity, r.record_id))`,
    [JSON.stringify(visits)],
  );
}
