/** What a database error means to the caller, whichever layer (pg, tarn, knex) threw it. */
export type DatabaseFault =
  | 'connection_lost'
  | 'pool_timeout'
  | 'out_of_space'
  | 'statement_timeout'
  | 'lock_timeout'
  | 'retryable'
  | 'unique'
  | 'foreign_key'
  | 'not_null'
  | 'check'
  | 'exclusion'
  | 'out_of_range'
  | 'bad_text';

/** A classified database error. Names are those of the database, absent when the server did not tell. */
export interface DatabaseProblem {
  readonly fault: DatabaseFault;
  /** SQLSTATE or system error code. */
  readonly code: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly constraint: string | undefined;
}

/**
 * Classifies an error of a statement; undefined when it is none of the database's faults. Ask only about errors of the
 * database: another service's refused socket looks the same.
 */
export function classifyDatabaseError(error: unknown): DatabaseProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const fault = faultOf(error);
  return fault === undefined ? undefined : problemOf(error, fault);
}

/** Whether the connection, or the server behind it, went away: the answer is 503 and another try. */
export function isConnectionLost(error: unknown): boolean {
  return classifyDatabaseError(error)?.fault === 'connection_lost';
}

/** Whether every connection of the pool was taken for too long: overload. */
export function isPoolTimeout(error: unknown): boolean {
  return classifyDatabaseError(error)?.fault === 'pool_timeout';
}

/** Whether the server gave up a statement after its time-out, or an operator cancelled it. */
export function isStatementTimeout(error: unknown): boolean {
  return classifyDatabaseError(error)?.fault === 'statement_timeout';
}

/** Whether a lock was held by others for longer than the time-out. */
export function isLockTimeout(error: unknown): boolean {
  return classifyDatabaseError(error)?.fault === 'lock_timeout';
}

const faultsBySqlState: Readonly<Record<string, DatabaseFault>> = {
  '57014': 'statement_timeout',
  '55P03': 'lock_timeout',
  '40001': 'retryable',
  '40P01': 'retryable',
  '23505': 'unique',
  '23503': 'foreign_key',
  '23001': 'foreign_key',
  '23502': 'not_null',
  '23514': 'check',
  '23P01': 'exclusion',
  '22003': 'out_of_range',
  '22001': 'out_of_range',
  '22008': 'out_of_range',
  '22007': 'bad_text',
  '22P02': 'bad_text',
  '22021': 'bad_text',
  '22P05': 'bad_text',
  '57P01': 'connection_lost',
  '57P02': 'connection_lost',
  '57P03': 'connection_lost',
  '57P05': 'connection_lost',
  '25P03': 'connection_lost',
  '25P04': 'connection_lost',
  '53300': 'pool_timeout',
  '53100': 'out_of_space',
  '53200': 'out_of_space',
};

const lostSystemCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * Thrown without a code by pg (lib/client.js) and by a pool that closes; an error with a code is judged by that alone.
 * knex puts the statement and a dash before the text.
 */
const lostMessages: readonly RegExp[] = [
  /(^| - )Connection terminated/,
  /(^| - )Client has encountered a connection error/,
  /(^| - )Client was closed and is not queryable/,
  /^timeout expired$/,
  /^timeout exceeded when trying to connect$/,
  /^Unable to acquire a connection$/,
  /^aborted$/,
];

function faultOf(error: Error): DatabaseFault | undefined {
  if (error.name === 'KnexTimeoutError') return 'pool_timeout';
  if (error instanceof AggregateError) return faultOfAll(error.errors);
  const code = textOf(error, 'code');
  if (code === undefined) return lostMessages.some((text) => text.test(error.message)) ? 'connection_lost' : undefined;
  if (code.startsWith('08') || lostSystemCodes.has(code)) return 'connection_lost';
  return faultsBySqlState[code];
}

/** A host name with several addresses is refused with one error for each. */
function faultOfAll(errors: readonly unknown[]): DatabaseFault | undefined {
  return errors.every((error) => error instanceof Error && faultOf(error) === 'connection_lost')
    ? 'connection_lost'
    : undefined;
}

function problemOf(error: Error, fault: DatabaseFault): DatabaseProblem {
  return {
    fault,
    code: textOf(error, 'code'),
    schema: textOf(error, 'schema'),
    table: textOf(error, 'table'),
    column: textOf(error, 'column'),
    constraint: textOf(error, 'constraint'),
  };
}

function textOf(error: Error, key: string): string | undefined {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}
