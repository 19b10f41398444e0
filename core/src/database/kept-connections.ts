import knex, { type Knex } from 'knex';
import type { Client } from 'pg';

/**
 * Hands a connection that was given back to whoever waits or asks next. The pool makes a dozen promises and two timers for each
 * use of a connection, which is a good part of what a short statement costs; so it is asked only for connections that are still
 * to be made, and gets those back that broke or whose time is up. For the pool they are in use until then; its numbers are
 * corrected.
 * @param waitMs how long a caller waits for a connection
 */
export function keepConnections(pool: Knex, waitMs: number): void {
  const client = pool.client as PoolClient;
  const keeper = new Keeper(client, waitMs);
  const destroy = client.destroy.bind(client);
  const { numUsed, numFree, numPendingAcquires } = numbersOf(client);
  client.acquireConnection = () => keeper.acquire();
  client.releaseConnection = (connection) => keeper.release(connection);
  client.destroy = (done) => {
    keeper.close();
    return destroy(done);
  };
  client.pool.numUsed = () => numUsed() - keeper.kept;
  client.pool.numFree = () => numFree() + keeper.kept;
  client.pool.numPendingAcquires = () => numPendingAcquires() + keeper.waiting;
}

/** Longest time that the pool does not see a connection again. */
const keptMs = 100;

/** What knex does not tell of its pools. */
interface PoolClient {
  readonly pool: PoolNumbers & { readonly max: number };
  acquireConnection(): Promise<Client>;
  releaseConnection(connection: Client): Promise<void>;
  destroy(done?: () => void): Promise<void>;
}

interface PoolNumbers {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
  numPendingCreates(): number;
}

/** As the pool itself counts. */
function numbersOf({ pool }: PoolClient): PoolNumbers {
  return {
    numUsed: pool.numUsed.bind(pool),
    numFree: pool.numFree.bind(pool),
    numPendingAcquires: pool.numPendingAcquires.bind(pool),
    numPendingCreates: pool.numPendingCreates.bind(pool),
  };
}

interface Waiter {
  readonly resolve: (connection: Client | Promise<Client>) => void;
  readonly timer: NodeJS.Timeout;
}

class Keeper {
  readonly #acquire: () => Promise<Client>;
  readonly #release: (connection: Client) => Promise<void>;
  readonly #numbers: PoolNumbers;
  readonly #max: number;
  readonly #kept: Client[] = [];
  /** First come, first served. */
  readonly #waiters = new Set<Waiter>();
  readonly #waitMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(client: PoolClient, waitMs: number) {
    this.#waitMs = waitMs;
    this.#numbers = numbersOf(client);
    this.#max = client.pool.max;
    this.#acquire = client.acquireConnection.bind(client);
    this.#release = client.releaseConnection.bind(client);
  }

  get kept(): number {
    return this.#kept.length;
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  acquire(): Promise<Client> {
    for (let connection = this.#kept.pop(); connection !== undefined; connection = this.#kept.pop()) {
      if (isAlive(connection)) return Promise.resolve(connection);
      void this.#giveBack(connection);
    }
    const isFull = this.#numbers.numUsed() + this.#numbers.numPendingCreates() >= this.#max;
    return isFull && !this.#isClosed ? this.#wait() : this.#acquire();
  }

  async release(connection: Client): Promise<void> {
    if (this.#isClosed || !isAlive(connection)) return this.#giveBack(connection);
    if (this.#kept.includes(connection)) return;
    // Those wait longer: they were referred to the pool before.
    if (this.#numbers.numPendingAcquires() > 0) return this.#release(connection);
    const [waiter] = this.#waiters;
    if (waiter !== undefined) this.#serve(waiter, connection);
    else {
      this.#kept.push(connection);
      this.#timer ??= setTimeout(() => this.#giveAllBack(), keptMs).unref();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#giveAllBack();
    this.#refer();
  }

  #wait(): Promise<Client> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new knex.KnexTimeoutError('Timeout acquiring a connection: the pool is full'));
      }, this.#waitMs);
      const waiter: Waiter = { resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  #serve(waiter: Waiter, connection: Client | Promise<Client>): void {
    clearTimeout(waiter.timer);
    this.#waiters.delete(waiter);
    waiter.resolve(connection);
  }

  /** Where one broke the others may be about to, as when the server ends: the pool looks at each, the broken one first, and waits a moment. */
  #giveBack(connection: Client): Promise<void> {
    this.#giveAllBack();
    const given = this.#release(connection);
    this.#refer();
    return given;
  }

  #giveAllBack(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const connection of this.#kept.splice(0)) void this.#release(connection);
  }

  /** There is room for new connections now, or no more to come: the pool says which. */
  #refer(): void {
    for (const waiter of this.#waiters) this.#serve(waiter, this.#acquire());
  }
}

/** knex notes on a connection that it broke, and tells the pool when that asks. */
function isAlive(connection: Client): boolean {
  return !('__knex__disposed' in connection) && !connection.connection.stream.destroyed;
}
