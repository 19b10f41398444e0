export { openDatabase, type Database, type DatabaseOptions } from './database.js';
export {
  classifyDatabaseError,
  isConnectionLost,
  isLockTimeout,
  isPoolTimeout,
  isRetryable,
  isStatementTimeout,
  type DatabaseFault,
  type DatabaseProblem,
} from './database-errors.js';
export { startEmbedded, type EmbeddedDatabase, type EmbeddedOptions } from './embedded/embedded-database.js';
