import type { Knex } from 'knex';
import { DatabaseError, type Client } from 'pg';
import { BatchRun } from './batch-run.js';
import { keptAs, type KeptStatement } from './kept-statements.js';
import { toParameter, type Parameter } from './parameters.js';
import { connectionsOf, keepsStatements, runPrepared, type PreparedRow, type PreparedStatement } from './prepared.js';

/**
 * Runs a short statement that is a whole by itself. Those that are asked for in the same turn of the event loop go to the database in
 * one message, which costs both sides a fraction of as many messages (ADR 26). They are committed together; when one of them
 * fails, each runs again by itself, so that nobody bears the error of another.
 */
export function runTogether(
  on: Knex,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  if (on.isTransaction === true || statement.name === null || !keepsStatements(on))
    return runPrepared(on, statement, values);
  return gatheringOf(on).join(statement, values);
}

/** Statements in one message at most: more of them are as many messages, for which the server has other processors. */
const mostTogether = 8;

interface Asked {
  readonly statement: PreparedStatement;
  readonly values: Parameter[];
  readonly resolve: (answer: readonly PreparedRow[] | Promise<readonly PreparedRow[]>) => void;
  readonly reject: (error: unknown) => void;
}

interface KeptAsked extends Asked {
  readonly kept: KeptStatement;
}

/** By pool. */
const gatherings = new WeakMap<object, Gathering>();

function gatheringOf(on: Knex): Gathering {
  const pool = on.client as object;
  const known = gatherings.get(pool);
  if (known !== undefined) return known;
  const gathering = new Gathering(on);
  gatherings.set(pool, gathering);
  return gathering;
}

/** What is asked of one pool in the present turn of the event loop. */
class Gathering {
  #asked: Asked[] = [];

  constructor(private readonly on: Knex) {}

  join(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly PreparedRow[]> {
    return new Promise((resolve, reject) => {
      const asked = { statement, values: values.map(toParameter), resolve, reject };
      if (this.#asked.length === 0) setImmediate(() => this.#run());
      this.#asked.push(asked);
    });
  }

  #run(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let first = 0; first < asked.length; first += mostTogether)
      void runAll(this.on, asked.slice(first, first + mostTogether));
  }
}

/** Never rejects: each of the askers is told. */
async function runAll(on: Knex, asked: readonly Asked[]): Promise<void> {
  if (asked.length === 1) {
    runEach(on, asked);
    return;
  }
  const pool = connectionsOf(on);
  try {
    const client = await pool.acquireConnection();
    const [kept, others] = divide(client, asked);
    runEach(on, others);
    await runBatch(on, client, kept);
    pool.releaseConnection(client);
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

function runEach(on: Knex, asked: readonly Asked[]): void {
  for (const { statement, values, resolve } of asked) resolve(runPrepared(on, statement, values));
}

/** @returns what the connection keeps, and what it would have to be told first */
function divide(client: Client, asked: readonly Asked[]): readonly [readonly KeptAsked[], readonly Asked[]] {
  const found: KeptAsked[] = [];
  const others: Asked[] = [];
  for (const one of asked) {
    const kept = keptAs(client, one.statement.name ?? '');
    if (kept === undefined) others.push(one);
    else found.push({ ...one, kept });
  }
  return [found, others];
}

/** Never rejects either. */
async function runBatch(on: Knex, client: Client, asked: readonly KeptAsked[]): Promise<void> {
  if (asked.length === 0) return;
  for (const { statement, values } of asked) connectionsOf(on).emit('query', { sql: statement.text, bindings: values });
  try {
    const run = new BatchRun(asked.map(({ statement, values, kept }) => ({ ...kept, text: statement.text, values })));
    client.query(run);
    const answers = await run.answer;
    asked.forEach(({ resolve }, place) => resolve(answers[place] ?? []));
  } catch (error) {
    if (isUndone(error)) runEach(on, asked);
    else for (const { reject } of asked) reject(error);
  }
}

/** Whether the server refused and undid the whole. Where it or the connection ended, nobody knows what has happened. */
function isUndone(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}
