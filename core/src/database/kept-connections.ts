import type { Knex } from 'knex';
import type { Client } from 'pg';

/**
 * Hands a connection that was given back to whoever asks next. The pool makes a dozen promises and two timers for each use of a
 * connection, which is a good part of what a short statement costs; so it gets connections back only when somebody waits there
 * for one, or when their time is up. For the pool they are in use until then; its numbers are corrected.
 */
export function keepConnections(knex: Knex): void {
  const client = knex.client as PoolClient;
  const { pool } = client;
  const acquire = client.acquireConnection.bind(client);
  const release = client.releaseConnection.bind(client);
  const destroy = client.destroy.bind(client);
  const [numUsed, numFree] = [pool.numUsed.bind(pool), pool.numFree.bind(pool)];
  const kept: Client[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosing = false;
  const giveBack = (): void => {
    timer = undefined;
    for (const connection of kept.splice(0)) void release(connection);
  };
  client.acquireConnection = () => {
    for (let connection = kept.pop(); connection !== undefined; connection = kept.pop()) {
      if (isAlive(connection)) return Promise.resolve(connection);
      void release(connection);
    }
    return acquire();
  };
  client.releaseConnection = (connection) => {
    if (isClosing || pool.numPendingAcquires() > 0 || !isAlive(connection)) return release(connection);
    if (kept.includes(connection)) return Promise.resolve();
    kept.push(connection);
    timer ??= setTimeout(giveBack, keptMs).unref();
    return Promise.resolve();
  };
  client.destroy = (done) => {
    isClosing = true;
    clearTimeout(timer);
    giveBack();
    return destroy(done);
  };
  pool.numUsed = () => numUsed() - kept.length;
  pool.numFree = () => numFree() + kept.length;
}

/** Longest time that the pool does not see a connection again. */
const keptMs = 100;

/** What knex does not tell of its pools. */
interface PoolClient {
  readonly pool: { numUsed(): number; numFree(): number; numPendingAcquires(): number };
  acquireConnection(): Promise<Client>;
  releaseConnection(connection: Client): Promise<void>;
  destroy(done?: () => void): Promise<void>;
}

/** knex notes on a connection that it broke, and tells the pool when that asks. */
function isAlive(connection: Client): boolean {
  return !('__knex__disposed' in connection) && !connection.connection.stream.destroyed;
}
