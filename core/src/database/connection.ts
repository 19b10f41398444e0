import type { ClientConfig } from 'pg';
import { columnTypes } from './column-types.js';

/** What a connection is for; decides how long its statements may take. */
export type ConnectionUse = 'request' | 'work' | 'direct';

/** Limits of one kind of connection, in milliseconds; 0 = none. */
export interface ConnectionLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
  /** Longest silence of the server during a statement; a little over `statementMs`, so a frozen server is noticed. */
  readonly silenceMs: number;
}

/** Time-outs of every use. A direct connection runs migrations and holds session locks, so nothing limits it. */
export const connectionLimits: Readonly<Record<ConnectionUse, ConnectionLimits>> = {
  request: { statementMs: 4000, lockMs: 2000, idleInTransactionMs: 10_000, silenceMs: 4500 },
  work: { statementMs: 300_000, lockMs: 10_000, idleInTransactionMs: 300_000, silenceMs: 301_000 },
  direct: { statementMs: 0, lockMs: 0, idleInTransactionMs: 0, silenceMs: 0 },
};

/** Settings of one pg connection. Sessions are in UTC whatever the server's zone is. */
export function connectionConfig(url: string, use: ConnectionUse) {
  const limits = connectionLimits[use];
  return {
    connectionString: url,
    application_name: `trellis-${use}`,
    connectionTimeoutMillis: 2000,
    keepAlive: true,
    types: columnTypes,
    options: sessionOptions(use),
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
  } satisfies ClientConfig;
}

/**
 * Request statements are named and few: planning each execution anew costs a third to a half of the throughput. Their pages are
 * mostly in memory; at the cost of a spinning disk the planner goes through all records in their order instead of using an index.
 */
function sessionOptions(use: ConnectionUse): string {
  const planning = '-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1';
  return use === 'request' ? `-c timezone=UTC ${planning}` : '-c timezone=UTC';
}
