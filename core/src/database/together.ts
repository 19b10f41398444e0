import type { Knex } from 'knex';
import { DatabaseError, type Client } from 'pg';
import { BatchRun } from './batch-run.js';
import { keptAs, type KeptStatement } from './kept-statements.js';
import { toParameter, type Parameter } from './parameters.js';
import { connectionsOf, keepsStatements, runPrepared, type PreparedRow, type PreparedStatement } from './prepared.js';

/** What kind of short statement: readers do not wait for the commit of writers. */
export type Lane = 'read' | 'write';

/**
 * Runs a short statement that is a whole by itself. Those of a lane that are asked for in the same turn of the event loop, or while the
 * database is busy with some, go there in one message, which costs both sides a fraction of as many messages (ADR 26). They are
 * committed together; when one of them fails, each runs again by itself, so that nobody bears the error of another.
 */
export function runTogether(
  on: Knex,
  lane: Lane,
  statement: PreparedStatement,
  values: readonly unknown[],
): Promise<readonly PreparedRow[]> {
  if (on.isTransaction === true || statement.name === null || !keepsStatements(on))
    return runPrepared(on, statement, values);
  return gatheringOf(on, lane).join(statement, values);
}

/** Statements in one message at most: more of them are as many messages, for which the server has other processors. */
const mostTogether = 8;

/** So many messages of a lane are under way before more statements are gathered than one turn of the event loop brings. */
const fewestUnderWay = 2;

/** How long statements wait for others at most: one message may have to wait for a lock. */
const longestWaitMs = 1;

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
const gatherings = new WeakMap<object, Readonly<Record<Lane, Gathering>>>();

function gatheringOf(on: Knex, lane: Lane): Gathering {
  const pool = on.client as object;
  const known = gatherings.get(pool) ?? { read: new Gathering(on), write: new Gathering(on) };
  gatherings.set(pool, known);
  return known[lane];
}

/** What is asked of one pool in one lane and was not sent yet. */
class Gathering {
  #asked: Asked[] = [];
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly on: Knex) {}

  join(statement: PreparedStatement, values: readonly unknown[]): Promise<readonly PreparedRow[]> {
    return new Promise((resolve, reject) => {
      const asked = { statement, values: values.map(toParameter), resolve, reject };
      if (this.#asked.length === 0) setImmediate(() => this.#endTurn());
      this.#asked.push(asked);
    });
  }

  #endTurn(): void {
    if (this.#underWay < fewestUnderWay || this.#asked.length >= mostTogether) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), longestWaitMs);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const asked = this.#asked;
    this.#asked = [];
    for (let first = 0; first < asked.length; first += mostTogether)
      void this.#run(asked.slice(first, first + mostTogether));
  }

  async #run(asked: readonly Asked[]): Promise<void> {
    this.#underWay += 1;
    await runAll(this.on, asked);
    this.#underWay -= 1;
    if (this.#timer !== undefined) this.#send();
  }
}

/** Until they are answered. Never rejects: each of the askers is told. */
async function runAll(on: Knex, asked: readonly Asked[]): Promise<void> {
  if (asked.length === 1) return runEach(on, asked);
  const pool = connectionsOf(on);
  try {
    const client = await pool.acquireConnection();
    const [kept, others] = divide(client, asked);
    const alone = runEach(on, others);
    await runBatch(on, client, kept);
    pool.releaseConnection(client);
    await alone;
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

/** Never rejects either. */
async function runEach(on: Knex, asked: readonly Asked[]): Promise<void> {
  await Promise.allSettled(
    asked.map(({ statement, values, resolve }) => {
      const answer = runPrepared(on, statement, values);
      resolve(answer);
      return answer;
    }),
  );
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
    if (isUndone(error)) void runEach(on, asked);
    else for (const { reject } of asked) reject(error);
  }
}

/** Whether the server refused and undid the whole. Where it or the connection ended, nobody knows what has happened. */
function isUndone(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'ERROR';
}
