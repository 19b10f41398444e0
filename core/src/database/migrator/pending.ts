import { PluginError, type Migration } from '@trellis-crm/sdk';
import type { LedgerEntry } from './ledger.js';
import type { ModuleMigrations } from './module-migrations.js';

/** How the database stands to the migrations the code knows. */
export interface MigrationStatus {
  readonly module: string;
  /** Known to the code, not applied; in the order of their names. */
  readonly pending: readonly Migration[];
  /** Applied by a newer version of the module. */
  readonly unknown: readonly LedgerEntry[];
  /** A newer version took away what this code needs: only that version or a later one can run. */
  readonly needsUpgrade: boolean;
}

/**
 * Compares a module's migrations with the ledger.
 * @throws PluginError `migration_changed` when one was edited after it was applied, `migration_invalid` when the list is broken
 */
export function compareWithLedger(source: ModuleMigrations, ledger: readonly LedgerEntry[]): MigrationStatus {
  checkList(source);
  const applied = new Map(ledger.filter((entry) => entry.module === source.module).map((entry) => [entry.name, entry]));
  for (const migration of source.migrations) checkUnchanged(source, migration, applied.get(migration.name));
  const known = new Set(source.migrations.map((migration) => migration.name));
  const unknown = [...applied.values()].filter((entry) => !known.has(entry.name));
  return {
    module: source.module,
    pending: source.migrations.filter((migration) => !applied.has(migration.name)),
    unknown,
    needsUpgrade: unknown.some((entry) => entry.phase === 'contract'),
  };
}

/** Hash of a migration's source. @throws PluginError `migration_invalid` when the build noted none */
export function hashOf(source: ModuleMigrations, migration: Migration): string {
  const hash = source.hashes.get(migration.name);
  if (hash === undefined)
    throw invalid(
      source,
      migration.name,
      `stands in no file of its name, so it has no hash: put it into ${migration.name}.ts and build`,
    );
  return hash;
}

const namePattern = /^\d{14}_[a-z0-9]+(-[a-z0-9]+)*$/;

function checkList(source: ModuleMigrations): void {
  let previous = '';
  for (const { name } of source.migrations) {
    if (!namePattern.test(name)) throw invalid(source, name, 'is not named YYYYMMDDHHMMSS_kebab-name');
    if (name <= previous)
      throw invalid(source, name, `stands after ${previous}: list migrations in the order of their names, each once`);
    previous = name;
  }
}

function checkUnchanged(source: ModuleMigrations, migration: Migration, entry: LedgerEntry | undefined): void {
  if (entry === undefined || entry.hash === hashOf(source, migration)) return;
  throw new PluginError(
    'migration_changed',
    { module: source.module, migration: migration.name },
    {
      message: `Migration ${migration.name} of ${source.module} was changed after it was applied here; restore it and write a new one for the change`,
    },
  );
}

function invalid(source: ModuleMigrations, migration: string, problem: string): PluginError {
  return new PluginError(
    'migration_invalid',
    { module: source.module, migration },
    { message: `Migration ${migration} of ${source.module} ${problem}` },
  );
}
