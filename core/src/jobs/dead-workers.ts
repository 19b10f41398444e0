import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';

const everyMs = 10_000;
/** A process without a heartbeat for this long runs nothing any more; one that only stutters must not lose its jobs. */
const deadAfterSeconds = 30;

/** Gives jobs of workers whose process died back to the queue, which by itself would wait 4 hours. */
export class DeadWorkers {
  readonly #knex: Knex;
  readonly #processId: Id;
  readonly #log: BaseLogger;
  #timer: NodeJS.Timeout | undefined;

  constructor(knex: Knex, processId: Id, log: BaseLogger) {
    this.#knex = knex;
    this.#processId = processId;
    this.#log = log;
  }

  /** Says that a worker lives in this process; returns at once. */
  register(workerId: string): void {
    this.#knex('core.job_workers')
      .insert({ worker_id: workerId, process_id: this.#processId })
      .catch((error: unknown) => this.#log.warn({ err: error, workerId }, 'worker could not be registered'));
  }

  /** Looks now and every 10 s. */
  start(): void {
    this.#timer = setTimeout(() => this.start(), everyMs).unref();
    releaseDeadWorkers(this.#knex).then(
      (released) => {
        if (released.length > 0) this.#log.warn({ workers: released }, 'jobs of dead workers were released');
      },
      (error: unknown) => this.#log.debug({ err: error }, 'dead workers could not be looked for'),
    );
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Ends what {@link register} said, once no worker runs any more. */
  async unregister(): Promise<void> {
    await this.#knex('core.job_workers').where({ process_id: this.#processId }).delete();
  }
}

/** Releases the jobs of workers whose process has no recent heartbeat. @returns their ids */
export async function releaseDeadWorkers(knex: Knex): Promise<readonly string[]> {
  return knex.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { worker_id: string }[] }>(forgetDead, [deadAfterSeconds, deadAfterSeconds]);
    const ids = rows.map(({ worker_id: id }) => id);
    if (ids.length > 0) await trx.raw('select from graphile_worker.force_unlock_workers(?::text[])', [ids]);
    return ids;
  });
}

const forgetDead = `
  delete from core.job_workers w
  where w.started_at < now() - make_interval(secs => ?)
    and not exists (select from core.processes p where p.id = w.process_id and p.beat_at > now() - make_interval(secs => ?))
  returning w.worker_id`;
