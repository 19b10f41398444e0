import { expect } from 'chai';
import type { Knex } from 'knex';
import { pino } from 'pino';
import type { Client } from 'pg';
import { openDatabase, prepare, runPrepared, type Database } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const backend = prepare('select pg_backend_pid()');

describe('keepConnections', () => {
  let home: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url, poolSize: 2 }, pino({ level: 'silent' }));
  });

  afterEach(async () => {
    await database.close();
    await home.drop();
  });

  const poolOf = (knex: Knex) =>
    knex.client as { acquireConnection(): Promise<Client>; releaseConnection(client: Client): Promise<void> };
  const pidOf = async (): Promise<unknown> => (await runPrepared(database.knex, backend, []))[0]?.[0];

  it('hands a connection on, and counts it as free meanwhile', async () => {
    const first = await pidOf();

    expect(database.requestPool()).to.include({ inUse: 0, waiting: 0 });
    expect(await pidOf()).to.equal(first);
    expect(database.requestPool()).to.include({ inUse: 0, max: 2 });
  });

  it('gives a connection to one at a time, also one that is given back twice', async () => {
    const pool = poolOf(database.knex);
    const connection = await pool.acquireConnection();
    expect(database.requestPool().inUse).to.equal(1);
    await pool.releaseConnection(connection);
    await pool.releaseConnection(connection);

    const [left, right] = [await pool.acquireConnection(), await pool.acquireConnection()];

    expect(left).to.not.equal(right);
    expect(database.requestPool().inUse).to.equal(2);
    await pool.releaseConnection(left);
    await pool.releaseConnection(right);
  });

  it('serves who waits for the pool first', async () => {
    const pool = poolOf(database.knex);
    const [left, right] = [await pool.acquireConnection(), await pool.acquireConnection()];
    const waiting = pool.acquireConnection();
    expect(database.requestPool()).to.include({ inUse: 2, waiting: 1 });

    await pool.releaseConnection(left);

    expect(await waiting).to.equal(left);
    await pool.releaseConnection(left);
    await pool.releaseConnection(right);
  });

  it('hands no connection on that broke meanwhile', async () => {
    const first = await pidOf();
    const connection = await poolOf(database.knex).acquireConnection();
    const ended = new Promise((resolve) => connection.once('end', resolve));
    await poolOf(database.knex).releaseConnection(connection);
    const other = await database.connectDirect();
    await other.query('select pg_terminate_backend($1)', [first]);
    await ended;
    await other.end();

    const second = await pidOf();

    expect(second).to.be.a('number').that.does.not.equal(first);
  });
});
