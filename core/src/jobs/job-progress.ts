import { NotFoundError, WorkFinished, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { runUnit } from '../database/unit-of-work.js';
import { appendEvents, type NewEvent } from '../events/outbox.js';
import type { LiveChannel } from '../live/live-channel.js';

/** How far a long job is. Outlives the job, so that people find the result. */
export interface JobProgress {
  readonly id: Id;
  /** What kind of work it is: `import`, `export` … */
  readonly kind: string;
  /** User who started it; null for the system and the operator. */
  readonly ownerId: Id | null;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Units of work done, of `total`; null when that is not known yet. */
  readonly done: number;
  readonly total: number | null;
  readonly message: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Keeps the progress of long jobs, and tells browsers that watch `job:<id>`. */
export interface ProgressStore {
  /** Creates the row, state `waiting`, or begins it anew; in the transaction that enqueues the job. */
  create(connection: Knex, job: Pick<JobProgress, 'id' | 'kind' | 'ownerId'>): Promise<void>;
  /** Says how far the job is; the first report starts it. Cheap enough for each batch: browsers hear of it twice a second at most. */
  report(
    id: Id,
    progress: { readonly done: number; readonly total?: number; readonly message?: string },
  ): Promise<void>;
  finish(id: Id, state: 'done' | 'failed', message?: string): Promise<void>;
  /** @throws NotFoundError `job_not_found` */
  get(id: Id): Promise<JobProgress>;
}

/** What keeping progress needs: the work pool, so that a job's own transaction does not hide its progress. */
export interface ProgressParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly channel: LiveChannel;
}

/** Creates the store of a workspace. */
export function createProgressStore({ knex, clock, channel }: ProgressParts): ProgressStore {
  const told = new Map<Id, number>();
  async function tell(id: Id): Promise<void> {
    (await channel.send(knex, [`job:${id}`]))();
  }
  return {
    async create(connection, job) {
      const row = { id: job.id, kind: job.kind, owner_id: job.ownerId, state: 'waiting', created_at: clock.now() };
      const fresh = { ...row, done: 0, total: null, message: null, started_at: null, finished_at: null };
      await connection('core.job_progress').insert(fresh).onConflict('id').merge();
    },
    async report(id, { done, total, message }) {
      await knex.raw(reportStatement, [done, total ?? null, message ?? null, clock.now(), id]);
      const now = performance.now();
      if (now - (told.get(id) ?? -tellEveryMs) < tellEveryMs) return;
      told.set(id, now);
      await tell(id);
    },
    async finish(id, state, message) {
      told.delete(id);
      await writeEnd(knex, [state, message ?? null, clock.now(), clock.now(), id]);
      await tell(id);
    },
    async get(id) {
      const row = await knex<JobProgress>('core.job_progress').where({ id }).first<JobProgress | undefined>(columns);
      if (row === undefined) throw new NotFoundError('job_not_found', { id });
      return row;
    },
  };
}

const tellEveryMs = 500;

const columns = {
  id: 'id',
  kind: 'kind',
  ownerId: 'owner_id',
  state: 'state',
  done: 'done',
  total: 'total',
  message: 'message',
  createdAt: 'created_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
};

const reportStatement = `
  update core.job_progress set state = 'running', done = ?, total = coalesce(?::integer, total),
    message = coalesce(?::text, case when state = 'failed' then null else message end),
    started_at = coalesce(started_at, ?::timestamptz), finished_at = null
  where id = ?`;

const finishStatement = `
  update core.job_progress set state = ?, message = coalesce(?::text, message),
    started_at = coalesce(started_at, ?::timestamptz), finished_at = ?::timestamptz
  where id = ? returning id as job, kind, owner_id as owner, state, total`;

/** Notes the end and has its owner told: the relay finds the event with its next sweep. */
function writeEnd(knex: Knex, bindings: readonly (string | Date | null)[]): Promise<void> {
  const noWake = (): void => undefined;
  return runUnit(knex, noWake, async (unit) => {
    const { rows } = await unit.trx.raw<{ rows: Finished[] }>(finishStatement, [...bindings] as string[]);
    await appendEvents(unit, rows.filter(({ owner }) => owner !== null).map(finished));
  });
}

interface Finished {
  readonly job: Id;
  readonly kind: string;
  readonly owner: Id | null;
  readonly state: 'done' | 'failed';
  readonly total: number | null;
}

function finished(payload: Finished): NewEvent {
  return { event: WorkFinished, payload: { ...payload }, recordVersion: null, actor: 'plugin:core', onBehalfOf: null };
}
