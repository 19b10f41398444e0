import type { Knex } from 'knex';
import pg from 'pg';
import { readTransactionStatus } from '../database/transaction-status.js';
import type { Transactor } from '../database/unit-of-work.js';
import { claimStatement, claimText, toClaimed, type ClaimedDelivery } from './delivery.js';
import type { DueDelivery } from './due.js';

/** What a lane asks of its owner. */
export interface LaneOwner {
  /** The next delivery to try, `chained` if there is nothing better; undefined ends the lane. */
  take(chained: DueDelivery | undefined): DueDelivery | undefined;
  /** The chained one may be tried by anybody now. */
  free(chained: DueDelivery): void;
  /** It is in other hands, or not due any more. */
  missed(due: DueDelivery): void;
  /** Runs the handler in a transaction of `claimed`, which is begun already; never rejects. Resolves when that has ended. */
  deliver(delivery: ClaimedDelivery, claimed: Transactor): Promise<void>;
  now(): Date;
}

/**
 * Carries one delivery after the other over one connection. What ends a delivery's transaction travels with what begins and
 * claims the next one, in one message: a round trip each instead of three, which is most of what a quick handler costs.
 * @throws the error of a connection that is lost or cannot be had
 */
export async function runLane(knex: Knex, owner: LaneOwner, first: DueDelivery): Promise<void> {
  const pool = knex.client as Connections;
  const client = await acquire(pool, () => owner.missed(first));
  try {
    await new Lane(knex, client, owner).run(first);
  } finally {
    pool.releaseConnection(client);
  }
}

/** What a lane needs of knex's pool, which knex does not type. */
interface Connections {
  acquireConnection(): Promise<pg.Client>;
  releaseConnection(client: pg.Client): unknown;
}

async function acquire(pool: Connections, onFailure: () => void): Promise<pg.Client> {
  try {
    return await pool.acquireConnection();
  } catch (error) {
    onFailure();
    throw error;
  }
}

/** What knex asks for when a handler is done. */
type CommitRequest = (error: Error | null, result?: object) => void;

/** Connections that know the statement under {@link claimName}; it belongs to them and goes with them. */
const preparedOn = new WeakSet<pg.Client>();
const claimName = 'trellis_claim';

class Lane {
  readonly #knex: Knex;
  readonly #client: pg.Client;
  readonly #owner: LaneOwner;
  /** Stands in for the connection in knex's transactions, which ask to begin what has begun and to commit what we commit. */
  readonly #stand: pg.Client;
  #commit: CommitRequest | undefined;
  #onCommitAsked: () => void = () => undefined;

  constructor(knex: Knex, client: pg.Client, owner: LaneOwner) {
    this.#knex = knex;
    this.#client = client;
    this.#owner = owner;
    const query = (...args: QueryArguments): unknown => this.#query(args);
    this.#stand = Object.create(client, { query: { value: query } }) as pg.Client;
  }

  async run(first: DueDelivery): Promise<void> {
    let before: Handled | undefined;
    let due: DueDelivery | undefined = first;
    for (;;) {
      const claimed = await this.#turn(due);
      await this.#finish(before, due);
      if (due === undefined) return;
      before = claimed === undefined ? undefined : await this.#start(claimed);
      if (claimed === undefined) this.#owner.missed(due);
      due = this.#owner.take(before?.next);
    }
  }

  /** Its commit is answered; what follows it in its key may be tried by anybody, unless this lane just does. */
  async #finish(before: Handled | undefined, due: DueDelivery | undefined): Promise<void> {
    await before?.ended;
    if (before?.next !== undefined && before.next !== due) this.#owner.free(before.next);
  }

  /** Runs a handler until it asks for its commit. @returns what is left then; undefined when it was rolled back */
  async #start(claimed: ClaimedDelivery): Promise<Handled | undefined> {
    const asked = new Promise<void>((resolve) => {
      this.#onCommitAsked = resolve;
    });
    const config = { connection: this.#stand } as Knex.TransactionConfig;
    const ended = this.#owner.deliver(claimed, { transaction: (work) => this.#knex.transaction(work, config) });
    await Promise.race([asked, ended]);
    return this.#commit === undefined ? undefined : { ended, next: claimed.next };
  }

  /** Ends the transaction before, begins the next one and claims its delivery, in one message. */
  async #turn(due: DueDelivery | undefined): Promise<ClaimedDelivery | undefined> {
    const commit = this.#commit;
    this.#commit = undefined;
    try {
      const end = commit === undefined ? this.#rollback() : 'commit;';
      const rows = await this.#send(due === undefined ? end : `${end}begin;${await this.#claim(due)}`);
      commit?.(null, {});
      return claimedOf(due, rows[0]);
    } catch (error) {
      if (await this.#isCommitRefused(commit, error)) return this.#turn(due);
      if (due !== undefined) this.#owner.missed(due);
      this.#giveUp(error);
      throw error;
    }
  }

  /** @returns rows of the last statement */
  async #send(text: string): Promise<readonly (readonly unknown[])[]> {
    if (text === '') return [];
    const results = [await this.#client.query<unknown[]>({ text, rowMode: 'array' })].flat();
    return results.at(-1)?.rows ?? [];
  }

  /** Refused it took what followed with it, and the connection is as good as before. A transaction that failed is the next one. */
  async #isCommitRefused(commit: CommitRequest | undefined, error: unknown): Promise<boolean> {
    if (commit === undefined) return false;
    const status = await readTransactionStatus(this.#client);
    if (status === 'failed' || status === 'open') commit(null, {});
    else commit(error instanceof Error ? error : new Error(String(error)));
    return status === 'none';
  }

  /** Whatever the server still knows of the connection, the next one begins with a clean slate; so marked, the pool drops it. */
  #giveUp(error: unknown): void {
    preparedOn.delete(this.#client);
    Reflect.set(this.#client, '__knex__disposed', error);
    void this.#client.end().catch(() => undefined);
  }

  #rollback(): string {
    return this.#client.getTransactionStatus() === 'I' ? '' : 'rollback;';
  }

  async #claim(due: DueDelivery): Promise<string> {
    const values = [due.id, this.#owner.now().toISOString()].map((value) => pg.escapeLiteral(value));
    if (this.#knex.userParams['canPrepare'] === false) return claimText(values);
    if (!preparedOn.has(this.#client)) await this.#prepare();
    return `execute ${claimName}(${values.join()})`;
  }

  async #prepare(): Promise<void> {
    await this.#client.query(`prepare ${claimName}(uuid, timestamptz) as ${claimStatement}`);
    preparedOn.add(this.#client);
  }

  #query(args: QueryArguments): unknown {
    const [{ text }, then] = args;
    if (then === undefined || (text !== 'BEGIN;' && text !== 'COMMIT;')) return this.#passOn(args);
    if (text === 'BEGIN;') then(null, {});
    else this.#askCommit(then);
    return undefined;
  }

  #passOn(args: QueryArguments): unknown {
    const query = this.#client.query.bind(this.#client) as (...given: QueryArguments) => unknown;
    return query(...args);
  }

  #askCommit(commit: CommitRequest): void {
    this.#commit = commit;
    this.#onCommitAsked();
  }
}

/** A delivery whose handler is done and whose commit goes out with the next message. */
interface Handled {
  readonly ended: Promise<void>;
  readonly next: DueDelivery | undefined;
}

function claimedOf(due: DueDelivery | undefined, row: readonly unknown[] | undefined): ClaimedDelivery | undefined {
  return due === undefined || row === undefined ? undefined : toClaimed(due, row);
}

type QueryArguments = readonly [{ readonly text: string }, CommitRequest?];
