import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';

const everyMs = 10_000;
/** A process without a heartbeat for this long runs nothing any more; one that only stutters must not lose its jobs. */
const deadAfterSeconds = 30;

/** Which process this is, and which ones somebody saw ending before it took their place. */
export interface Succession {
  /** Its row in `core.processes`. */
  readonly processId: Id;
  readonly endedProcesses: readonly Id[];
}

/** Gives jobs of workers whose process died back to the queue, which by itself would wait 4 hours. */
export class DeadWorkers {
  readonly #knex: Knex;
  readonly #processId: Id;
  readonly #endedProcesses: readonly Id[];
  readonly #log: BaseLogger;
  /** Ended in this process, with jobs whose end they could not write down. */
  readonly #ended = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(knex: Knex, { processId, endedProcesses }: Succession, log: BaseLogger) {
    this.#knex = knex;
    this.#processId = processId;
    this.#endedProcesses = endedProcesses;
    this.#log = log;
  }

  /** Says that a worker lives in this process; returns at once. */
  register(workerId: string): void {
    this.#knex('core.job_workers')
      .insert({ worker_id: workerId, process_id: this.#processId })
      .catch((error: unknown) => this.#log.warn({ err: error, workerId }, 'worker could not be registered'));
  }

  /** Says that a worker of this process runs nothing any more, though the process lives: its jobs are released as soon as may be. */
  end(workerId: string): void {
    this.#ended.add(workerId);
    this.#look();
  }

  /** Looks now and every 10 s. */
  start(): void {
    this.#timer = setTimeout(() => this.start(), everyMs).unref();
    this.#look();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Ends what {@link register} said, once no worker runs any more. */
  async unregister(): Promise<void> {
    await this.#knex('core.job_workers').where({ process_id: this.#processId }).delete();
  }

  #look(): void {
    this.#release().then(
      (released) => {
        if (released.length > 0) this.#log.warn({ workers: released }, 'jobs of dead workers were released');
      },
      (error: unknown) => this.#log.debug({ err: error }, 'dead workers could not be looked for'),
    );
  }

  async #release(): Promise<readonly string[]> {
    const ended = [...this.#ended];
    const released = await releaseDeadWorkers(this.#knex, { workers: ended, processes: this.#endedProcesses });
    for (const id of ended) this.#ended.delete(id);
    return released;
  }
}

/** What is known to have ended. */
export interface Ended {
  readonly workers: readonly string[];
  readonly processes: readonly Id[];
}

/** Releases the jobs of workers that have ended, alone or with their process, and of those whose process has no recent heartbeat. @returns their ids */
export async function releaseDeadWorkers(
  knex: Knex,
  { workers, processes }: Ended = { workers: [], processes: [] },
): Promise<readonly string[]> {
  return knex.transaction(async (trx) => {
    const bindings = [[...workers], [...processes], deadAfterSeconds, deadAfterSeconds];
    const { rows } = await trx.raw<{ rows: { worker_id: string }[] }>(forgetDead, bindings);
    const ids = [...new Set([...workers, ...rows.map(({ worker_id: id }) => id)])];
    if (ids.length > 0) await trx.raw('select from graphile_worker.force_unlock_workers(?::text[])', [ids]);
    return ids;
  });
}

const forgetDead = `
  delete from core.job_workers w
  where w.worker_id = any(?::text[])
    or w.process_id = any(?::uuid[])
    or w.started_at < now() - make_interval(secs => ?)
    and not exists (select from core.processes p where p.id = w.process_id and p.beat_at > now() - make_interval(secs => ?))
  returning w.worker_id`;
