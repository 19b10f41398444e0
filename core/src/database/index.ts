export { openDatabase, type Database, type DatabaseOptions } from './database.js';
export {
  classifyDatabaseError,
  isConnectionLost,
  isLockTimeout,
  isPoolTimeout,
  isStatementTimeout,
  type DatabaseFault,
  type DatabaseProblem,
} from './database-errors.js';
export { startEmbedded, type EmbeddedDatabase, type EmbeddedOptions } from './embedded/embedded-database.js';
export { openSignals, Signals } from './signals.js';
export {
  prepare,
  preparePlannedByValues,
  runPrepared,
  unprepared,
  type PreparedRow,
  type PreparedStatement,
} from './prepared.js';
export { runTogether } from './together.js';
export { runUnit, type UnitOfWork } from './unit-of-work.js';
export { uuidV7 } from './uuid-v7.js';
export { checkServer, type ServerFacts } from './server-check.js';
