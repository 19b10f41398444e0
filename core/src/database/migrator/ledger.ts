import type { MigrationPhase } from '@trellis-crm/sdk';
import type { Client } from 'pg';
import type { ModuleMigrations } from './module-migrations.js';

/** One applied migration. */
export interface LedgerEntry {
  readonly module: string;
  readonly name: string;
  readonly phase: MigrationPhase;
  readonly hash: string;
}

/** Creates the ledger on an empty database. It is not a migration itself: it must be there before the first one. */
export async function ensureLedger(client: Client): Promise<void> {
  const { rows } = await client.query<{ ledger: string | null }>(`select to_regclass('core.migrations') as ledger`);
  if (rows[0]?.ledger !== null) return;
  await client.query(`
    create schema if not exists core;
    create table if not exists core.migrations (
      module text not null,
      name text not null,
      phase text not null,
      hash text not null,
      applied_at timestamptz(3) not null default now(),
      duration_ms integer not null,
      primary key (module, name)
    )`);
}

/** What was applied, of all modules or of one; empty on a database that was never migrated. */
export async function readLedger(client: Pick<Client, 'query'>, module?: string): Promise<readonly LedgerEntry[]> {
  const { rows: found } = await client.query<{ ledger: string | null }>(
    `select to_regclass('core.migrations') as ledger`,
  );
  if (found[0]?.ledger === null) return [];
  const { rows } = await client.query<LedgerEntry>(
    'select module, name, phase, hash from core.migrations where $1::text is null or module = $1 order by module, name',
    [module ?? null],
  );
  return rows;
}

/** Notes a migration as applied; in the transaction of the migration where it has one. */
export async function recordApplied(
  client: Client,
  source: ModuleMigrations,
  entry: Omit<LedgerEntry, 'module'>,
  durationMs: number,
): Promise<void> {
  await client.query(
    'insert into core.migrations (module, name, phase, hash, duration_ms) values ($1, $2, $3, $4, $5)',
    [source.module, entry.name, entry.phase, entry.hash, Math.round(durationMs)],
  );
}

/** Takes a migration out of the ledger after its `down`. */
export async function recordReverted(client: Client, module: string, name: string): Promise<void> {
  await client.query('delete from core.migrations where module = $1 and name = $2', [module, name]);
}
