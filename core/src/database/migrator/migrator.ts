import { setTimeout as pause } from 'node:timers/promises';
import { isTrellisError, PluginError, type Migration, type MigrationPhase } from '@trellis-crm/sdk';
import type { Client } from 'pg';
import type { BaseLogger } from 'pino';
import { isLockTimeout } from '../database-errors.js';
import { quoteName } from './identifier.js';
import { ensureLedger, readLedger, recordApplied, recordReverted } from './ledger.js';
import { createMigrationStep } from './migration-step.js';
import type { ModuleMigrations } from './module-migrations.js';
import { compareWithLedger, hashOf } from './pending.js';
import { withSessionLock } from './session-lock.js';

/** How one run behaves. */
export interface MigrateOptions {
  readonly log: BaseLogger;
  /** Asked before the `contract` phase, without a transaction: false leaves it for a later run because a process of the old code lives. */
  readonly mayContract?: () => Promise<boolean>;
  /** Runs in the transaction of the `expand` phase after its migrations, or in one of its own when there are none. */
  readonly afterExpand?: () => Promise<void>;
  /** Runs the code of one migration: a boundary around code that is not core's. */
  readonly apply?: (module: string, migration: Migration, up: () => Promise<void>) => Promise<void>;
}

/** What a run did, as `<module>/<migration>`, and what it left. */
export interface MigrateReport {
  readonly applied: readonly string[];
  /** `contract` migrations that wait for old processes to go. */
  readonly postponed: readonly string[];
}

/**
 * Brings the schemas of the modules up to date on a direct connection, one process at a time.
 * `expand` of all modules is one transaction; the other phases are resumable.
 * @param modules in order of their dependencies
 * @throws PluginError `migration_failed`, `migration_changed`, `migration_invalid`, `database_newer`
 */
export function migrate(
  client: Client,
  modules: readonly ModuleMigrations[],
  options: MigrateOptions,
): Promise<MigrateReport> {
  return withSessionLock(client, 'migration', async () => {
    await ensureLedger(client);
    const pending = await listPending(client, modules);
    const run: Run = { client, options, created: new Set() };
    await expand(run, modules, pending.expand);
    for (const step of [...pending.data, ...pending.index, ...pending.validate]) await applyAlone(run, step);
    const mayContract = pending.contract.length === 0 || ((await options.mayContract?.()) ?? true);
    if (mayContract) for (const step of pending.contract) await inLockedTransaction(client, () => apply(run, step));
    return report(pending, mayContract);
  });
}

/** Takes the last applied migration of a module back, for tests and plugin authors. @returns its name, or null when there is none */
export function revertLast(client: Client, source: ModuleMigrations, options: MigrateOptions): Promise<string | null> {
  return withSessionLock(client, 'migration', async () => {
    const applied = new Set((await readLedger(client, source.module)).map((entry) => entry.name));
    const last = source.migrations.findLast((migration) => applied.has(migration.name));
    if (last === undefined) return null;
    if (last.down === undefined) throw failed({ source, migration: last }, new Error('it has no down'));
    await inLockedTransaction(client, async () => {
      await last.down?.(
        createMigrationStep({ client, schemaName: source.schemaName, phase: last.phase, created: new Set() }),
      );
      await recordReverted(client, source.module, last.name);
    });
    options.log.info({ module: source.module, migration: last.name }, 'migration reverted');
    return last.name;
  });
}

interface Step {
  readonly source: ModuleMigrations;
  readonly migration: Migration;
}

interface Run {
  readonly client: Client;
  readonly options: MigrateOptions;
  readonly created: Set<string>;
}

async function listPending(
  client: Client,
  modules: readonly ModuleMigrations[],
): Promise<Record<MigrationPhase, Step[]>> {
  const ledger = await readLedger(client);
  const pending: Record<MigrationPhase, Step[]> = { expand: [], data: [], index: [], validate: [], contract: [] };
  for (const source of modules) {
    const status = compareWithLedger(source, ledger);
    if (status.needsUpgrade) throw databaseNewer(source.module);
    for (const migration of status.pending) pending[migration.phase].push({ source, migration });
  }
  return pending;
}

async function expand(run: Run, modules: readonly ModuleMigrations[], steps: readonly Step[]): Promise<void> {
  if (steps.length === 0 && run.options.afterExpand === undefined) return;
  await inLockedTransaction(run.client, async () => {
    run.created.clear();
    for (const { schemaName } of modules)
      await run.client.query(`create schema if not exists ${quoteName(schemaName)}`);
    for (const step of steps) await apply(run, step);
    await run.options.afterExpand?.();
  });
  run.created.clear();
}

/** Outside a transaction: the migration is idempotent, so one that stopped half-way runs again as a whole. */
async function applyAlone(run: Run, step: Step): Promise<void> {
  await withLockRetries(() => apply(run, step));
}

async function apply(run: Run, { source, migration }: Step): Promise<void> {
  const hash = hashOf(source, migration);
  const start = performance.now();
  try {
    const { phase } = migration;
    const step = createMigrationStep({
      client: run.client,
      schemaName: source.schemaName,
      phase,
      created: run.created,
    });
    const up = async (): Promise<void> => migration.up(step);
    await (run.options.apply === undefined ? up() : run.options.apply(source.module, migration, up));
  } catch (error) {
    if (isLockTimeout(error) || isTrellisError(error)) throw error;
    throw failed({ source, migration }, error);
  }
  const durationMs = performance.now() - start;
  await recordApplied(run.client, source, { name: migration.name, phase: migration.phase, hash }, durationMs);
  run.options.log.info(
    { module: source.module, migration: migration.name, phase: migration.phase, ms: Math.round(durationMs) },
    'migration applied',
  );
}

/** A short lock time-out keeps a waiting ALTER from holding up every reader behind it; the whole transaction is tried again. */
function inLockedTransaction(client: Client, work: () => Promise<void>): Promise<void> {
  return withLockRetries(async () => {
    await client.query(`begin; set local lock_timeout = '2s'; set local statement_timeout = '5min'`);
    try {
      await work();
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  });
}

const lockAttempts = 15;

async function withLockRetries(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isLockTimeout(error) || attempt === lockAttempts) throw error;
      await pause(100 * attempt * (0.5 + Math.random()));
    }
  }
}

function report(pending: Record<MigrationPhase, Step[]>, mayContract: boolean): MigrateReport {
  const names = (steps: readonly Step[]): string[] =>
    steps.map(({ source, migration }) => `${source.module}/${migration.name}`);
  const done = [
    ...pending.expand,
    ...pending.data,
    ...pending.index,
    ...pending.validate,
    ...(mayContract ? pending.contract : []),
  ];
  return { applied: names(done), postponed: mayContract ? [] : names(pending.contract) };
}

function failed({ source, migration }: Step, cause: unknown): PluginError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PluginError(
    'migration_failed',
    { module: source.module, migration: migration.name, phase: migration.phase },
    { message: `Migration ${migration.name} of ${source.module} failed: ${reason}`, cause },
  );
}

function databaseNewer(module: string): PluginError {
  return new PluginError(
    'database_newer',
    { module },
    {
      message: `The database was changed by a newer version of ${module}; this one cannot run on it. Install that version or a later one`,
    },
  );
}
