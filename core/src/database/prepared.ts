import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { LRUCache } from 'lru-cache';
import type { Client } from 'pg';
import { dropBefore, keep, nameIn, startRound } from './kept-statements.js';
import { StatementRun, type PreparedRow, type RunnableStatement } from './statement-run.js';

export type { PreparedRow } from './statement-run.js';

/** A statement with `$1`, `$2` … for its values. The same text has the same name in every process. */
export interface PreparedStatement {
  readonly text: string;
  /** What the server keeps it under; null: parsed at each use. */
  readonly name: string | null;
  /** Whether each run is planned for its values. */
  readonly isPlannedByValues?: boolean;
}

/** A statement that each connection parses once. Its name is a hash of the text. */
export function prepare(text: string): PreparedStatement {
  const known = prepared.get(text);
  if (known !== undefined) return known;
  const statement = { text, name: `t_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}` };
  prepared.set(text, statement);
  return statement;
}

/** A hash of some thousand characters costs as much as sending them; what is put together for each request is the same mostly. */
const prepared = new LRUCache<string, PreparedStatement>({ max: 1000 });

/** The same for one whose best plan depends on its values, as when a word may be rare or common. Planning takes about half a millisecond per table. */
export function preparePlannedByValues(text: string): PreparedStatement {
  return { ...prepare(text), isPlannedByValues: true };
}

/** A statement for rare use, which no connection keeps. */
export function unprepared(text: string): PreparedStatement {
  return { text, name: null };
}

/**
 * Runs a statement on a connection of the pool, or on that of the transaction. One that the connection no longer knows, or whose
 * columns have changed since (SQLSTATE 26000, 0A000), is prepared anew and tried again; a transaction is lost by then, so there
 * the error goes to the caller and the next transaction succeeds.
 */
export async function runPrepared(
  on: Knex | Knex.Transaction,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  if (isOver(on)) throw new Error('the transaction is over');
  const pool = connectionsOf(on);
  const client = await pool.acquireConnection();
  pool.emit('query', { sql: statement.text, bindings: values });
  try {
    return await runOn(client, on, statement, values);
  } finally {
    pool.releaseConnection(client);
  }
}

/** The pool behind knex. */
export function connectionsOf(on: Knex): Connections {
  return on.client as Connections;
}

/** What knex does not tell of its pool; it says `query` to those who listen to what runs. */
export interface Connections {
  acquireConnection(): Promise<Client>;
  releaseConnection(client: Client): void;
  emit(event: 'query', query: { readonly sql: string; readonly bindings: readonly unknown[] }): void;
}

async function runOn(
  client: Client,
  on: Knex,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  // A transaction would plan all that follows anew.
  const isPlannedAnew = statement.isPlannedByValues === true && on.isTransaction !== true;
  const { text, name } = statement;
  try {
    if (name === null || !keepsStatements(on))
      return await ask(client, new StatementRun({ text, name: '', columns: undefined, isPlannedAnew }, values));
    return await runKept(client, on, { text, name, isPlannedAnew }, values);
  } catch (error) {
    // The stack of an error from the server leads to the socket it came from; who asked says more.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

type NamedStatement = Omit<RunnableStatement, 'columns'>;

async function runKept(
  client: Client,
  on: Knex,
  statement: NamedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  try {
    return await runNamed(client, statement, values);
  } catch (error) {
    if (!isOutdated(error)) throw error;
    startRound(client);
    if (on.isTransaction === true) throw error;
    return await runNamed(client, statement, values);
  }
}

async function runNamed(
  client: Client,
  { text, name, isPlannedAnew }: NamedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  const kept = keep(client, name);
  if (kept.before !== null) await dropBefore(client, kept);
  const columns = kept.names.get(name);
  const run = new StatementRun({ text, name: nameIn(kept.round, name), columns, isPlannedAnew }, values);
  const rows = await ask(client, run);
  if (columns === undefined) kept.names.set(name, run.columns);
  return rows;
}

function ask(client: Client, run: StatementRun): Promise<readonly PreparedRow[]> {
  client.query(run);
  return run.answer;
}

function isOver(on: Knex | Knex.Transaction): boolean {
  return 'isCompleted' in on && on.isCompleted();
}

/** Said by whoever opened the pool; a transaction knows it from its pool. */
export function keepsStatements(on: Knex): boolean {
  return on.userParams['canPrepare'] !== false;
}

function isOutdated(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return code === '0A000' || code === '26000';
}
