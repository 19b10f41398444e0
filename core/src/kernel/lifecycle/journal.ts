import { ConflictError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { LockBusyError, withSessionLock } from '../../database/migrator/index.js';
import type { Database } from '../../database/database.js';
import { uuidV7 } from '../../database/uuid-v7.js';

/** Verbs that change a plugin's state. */
export type Verb = 'install' | 'enable' | 'disable' | 'upgrade' | 'remove' | 'restore' | 'purge';

/** One operation as it is journaled. */
export interface Operation {
  readonly id: string;
  readonly plugin: string;
  readonly operation: Verb;
  readonly input: Readonly<Record<string, unknown>>;
  readonly step: string;
  readonly state: 'running' | 'done' | 'failed' | 'undone';
  readonly attempt: number;
  readonly error: string | null;
  readonly actor: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** Notes that the operation reached its next step, and which plugin it turned out to be about; each step can be repeated without harm. */
export type Step = (name: string, plugin?: string) => Promise<void>;

/** What an operation asks for. */
export interface OperationRequest {
  readonly plugin: string;
  readonly operation: Verb;
  readonly input: Readonly<Record<string, unknown>>;
  readonly actor: string;
}

/** Milliseconds to wait for an operation of another process. */
const waitMs = 60_000;
/** Milliseconds a start waits for one: it can do without the lock. */
const startWaitMs = 10_000;
const maxAttempts = 3;

/** Does an operation again from its first step. */
type Repeat = (operation: Operation, step: Step) => Promise<void>;

/** The journal of one workspace: one operation at a time over all processes. */
export class Journal {
  readonly #database: Database;
  readonly #repeat: Repeat;

  constructor(database: Database, repeat: Repeat) {
    this.#database = database;
    this.#repeat = repeat;
  }

  /**
   * Runs an operation under the lock, after what a crash left was finished.
   * @throws ConflictError `operation_running` when another process is busy for too long; whatever the work throws
   */
  run<T>(request: OperationRequest, work: (step: Step) => Promise<T>): Promise<T> {
    const { knex } = this.#database;
    return this.#exclusively(waitMs, async () => {
      await this.#finishInterrupted();
      const id = uuidV7();
      const input = JSON.stringify(request.input);
      await knex('core.plugin_operations').insert({ id, ...request, input, step: 'begin', state: 'running' });
      return record(knex, id, work);
    });
  }

  /** Runs under the lock without being an operation, then finishes what a crash left. @throws ConflictError `operation_running` after a few seconds */
  prepare(work: () => Promise<void>): Promise<void> {
    return this.#exclusively(startWaitMs, async () => {
      await work();
      await this.#finishInterrupted();
    });
  }

  /** The last hundred operations, latest first; of one plugin, or of all. */
  async list(plugin?: string): Promise<readonly Operation[]> {
    const rows: readonly OperationColumns[] = await this.#database
      .knex<OperationColumns>('core.plugin_operations')
      .where(plugin === undefined ? {} : { plugin })
      .orderBy(['started_at', 'id'].map((column) => ({ column, order: 'desc' })))
      .limit(100);
    return rows.map(fromColumns);
  }

  async #exclusively<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const client = await this.#database.connectDirect();
    try {
      return await withSessionLock(client, 'plugin-operation', work, { timeoutMs });
    } catch (error) {
      throw error instanceof LockBusyError ? busy(error) : error;
    } finally {
      await client.end();
    }
  }

  /** Their process is dead, or it would hold the lock. */
  async #finishInterrupted(): Promise<void> {
    const { knex } = this.#database;
    for (const operation of await readRunning(knex)) await finishOne(knex, operation, this.#repeat);
  }
}

function busy(cause: LockBusyError): ConflictError {
  const message = 'Another plugin operation is running; try again when it is over';
  return new ConflictError('operation_running', {}, { message, cause });
}

async function record<T>(knex: Knex, id: string, work: (step: Step) => Promise<T>): Promise<T> {
  const row = () => knex('core.plugin_operations').where({ id });
  try {
    const value = await work(async (step, plugin) => {
      await row().update(plugin === undefined ? { step } : { step, plugin });
    });
    await row().update({ state: 'done', error: null, finished_at: knex.fn.now() });
    return value;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    await row().update({ state: 'failed', error: text, finished_at: knex.fn.now() });
    throw error;
  }
}

async function finishOne(knex: Knex, operation: Operation, repeat: Repeat): Promise<void> {
  const row = () => knex('core.plugin_operations').where({ id: operation.id });
  if (operation.attempt >= maxAttempts) {
    await row().update({
      state: 'failed',
      error: `given up after ${operation.attempt} attempts`,
      finished_at: knex.fn.now(),
    });
    return;
  }
  await row().update({ attempt: operation.attempt + 1 });
  await record(knex, operation.id, (step) => repeat(operation, step)).catch(() => undefined);
}

async function readRunning(knex: Knex): Promise<readonly Operation[]> {
  const rows = (await knex('core.plugin_operations')
    .where({ state: 'running' })
    .orderBy('id')) as readonly OperationColumns[];
  return rows.map(fromColumns);
}

interface OperationColumns extends Omit<Operation, 'startedAt' | 'finishedAt'> {
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

function fromColumns({ started_at: startedAt, finished_at: finishedAt, ...same }: OperationColumns): Operation {
  return { ...same, startedAt, finishedAt };
}
