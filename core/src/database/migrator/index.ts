export { loadCoreMigrations } from './core-migrations.js';
export { readLedger, type LedgerEntry } from './ledger.js';
export { migrate, revertLast, type MigrateOptions, type MigrateReport } from './migrator.js';
export { schemaOf, type ModuleMigrations } from './module-migrations.js';
export { compareWithLedger, type MigrationStatus } from './pending.js';
export { LockBusyError, withSessionLock, type LockWait, type SessionLock } from './session-lock.js';
export { hashSources } from './source-hash.js';
