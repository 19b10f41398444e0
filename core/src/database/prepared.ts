import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import { StatementRun, type ColumnReaders, type PreparedRow } from './statement-run.js';

export type { PreparedRow } from './statement-run.js';

/** A statement with `$1`, `$2` … for its values. The same text has the same name in every process. */
export interface PreparedStatement {
  readonly text: string;
  /** What the server keeps it under; null: parsed at each use. */
  readonly name: string | null;
}

/** A statement that each connection parses once. Make it once and keep it: the name is a hash of the text. */
export function prepare(text: string): PreparedStatement {
  return { text, name: `t_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}` };
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
  const pool = on.client as Connections;
  const client = await pool.acquireConnection();
  pool.emit('query', { sql: statement.text, bindings: values });
  try {
    return await runOn(client, on, statement, values);
  } finally {
    pool.releaseConnection(client);
  }
}

/** What knex does not tell of its pool; it says `query` to those who listen to what runs. */
interface Connections {
  acquireConnection(): Promise<Client>;
  releaseConnection(client: Client): void;
  emit(event: 'query', query: { readonly sql: string; readonly bindings: readonly unknown[] }): void;
}

/** Statements that a connection keeps at most; for one more it drops them all. Each takes some 100 KB of the server's memory. */
export const maxKeptStatements = 500;

/** What one connection keeps. A new round drops all of the one before and uses other names. */
interface KeptStatements {
  readonly round: number;
  /** By name, with the columns of the answer; undefined until the first answer. */
  readonly names: Map<string, ColumnReaders | undefined>;
  /** The round before, until it is dropped. */
  before: KeptStatements | null;
}

/** Belongs to the connections and goes with them. */
const keptBy = new WeakMap<Client, KeptStatements>();

async function runOn(
  client: Client,
  on: Knex,
  { text, name }: PreparedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  try {
    if (name === null || !keepsStatements(on))
      return await ask(client, new StatementRun({ text, name: '', columns: undefined }, values));
    try {
      return await runNamed(client, { text, name }, values);
    } catch (error) {
      if (!isOutdated(error)) throw error;
      startRound(client);
      if (on.isTransaction === true) throw error;
      return await runNamed(client, { text, name }, values);
    }
  } catch (error) {
    // The stack of an error from the server leads to the socket it came from; who asked says more.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

async function runNamed(
  client: Client,
  { text, name }: { readonly text: string; readonly name: string },
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  const kept = keep(client, name);
  if (kept.before !== null) await dropBefore(client, kept);
  const columns = kept.names.get(name);
  const run = new StatementRun({ text, name: nameIn(kept.round, name), columns }, values);
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
function keepsStatements(on: Knex): boolean {
  return on.userParams['canPrepare'] !== false;
}

/** What the connection keeps in its present round, with the name among it. */
function keep(client: Client, name: string): KeptStatements {
  const known = keptBy.get(client) ?? startRound(client);
  if (known.names.has(name)) return known;
  const kept = known.names.size >= maxKeptStatements ? startRound(client) : known;
  kept.names.set(name, undefined);
  return kept;
}

function nameIn(round: number, name: string): string {
  return round === 0 ? name : `${name}_${round}`;
}

function startRound(client: Client): KeptStatements {
  const before = keptBy.get(client) ?? null;
  const kept = {
    round: before === null ? 0 : before.round + 1,
    names: new Map<string, ColumnReaders | undefined>(),
    before,
  };
  keptBy.set(client, kept);
  return kept;
}

async function dropBefore(client: Client, kept: KeptStatements): Promise<void> {
  const { before } = kept;
  kept.before = null;
  try {
    await client.query('deallocate all');
  } catch (error) {
    // A failed transaction takes no statement at all.
    kept.before = before;
    throw error;
  }
  for (let round = before; round !== null; round = round.before) forget(client, round);
}

/** pg remembers for ever which texts it has sent; its types do not know it. */
function forget(client: Client, { round, names }: KeptStatements): void {
  const sent: unknown = Reflect.get(client.connection, 'parsedStatements');
  if (typeof sent !== 'object' || sent === null) return;
  for (const name of names.keys()) Reflect.deleteProperty(sent, nameIn(round, name));
}

function isOutdated(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return code === '0A000' || code === '26000';
}
