import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { pino } from 'pino';
import { startEmbedded, type EmbeddedDatabase } from '../../dist/database/index.js';
import { cacheMb } from '../../dist/database/embedded/cluster.js';
import { readPostmasterFile } from '../../dist/database/embedded/postmaster-file.js';
import { isAlive } from '../../dist/database/embedded/process-check.js';

describe('startEmbedded', () => {
  let dataDir: string;

  before(async () => {
    // Only its owner can enter this folder: as root the database has to move to where its own user can go.
    dataDir = await mkdtemp(join(tmpdir(), 'trellis-embedded-'));
  });

  after(async () => {
    const database = await start();
    await database.release();
    await rm(join(database.place.home, '..'), { recursive: true, force: true });
    await rm(dataDir, { recursive: true, force: true });
  });

  it('creates one database when two start at once, and the last user stops it', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const pid = await pidOf(one);

    expect(one.url).to.equal(other.url);
    expect(await one.release()).to.equal(false);
    expect(await ask(other, 'select 1 as answer')).to.deep.equal([{ answer: 1 }]);
    expect(await other.release()).to.equal(true);
    expect(await isAlive(pid)).to.equal(false);
  });

  it('has a cache that fits the memory of the machine', async () => {
    const database = await start();
    const cache = await ask(database, `select pg_size_bytes(current_setting('shared_buffers')) / 1048576 as mb`);
    await database.release();

    expect(cache).to.deep.equal([{ mb: String(cacheMb()) }]);
    expect([0.5, 1, 2, 4, 64].map((gigabytes) => cacheMb(gigabytes * 2 ** 30))).to.deep.equal([
      128, 128, 256, 512, 1024,
    ]);
  });

  it('keeps its password to its user and its data to code-point order', async () => {
    const database = await start();

    const settings = await ask(
      database,
      `select datcollate, datctype, pg_encoding_to_char(encoding) as encoding, current_setting('data_checksums') as sums,
              current_setting('password_encryption') as passwords, current_setting('listen_addresses') as addresses
         from pg_database where datname = current_database()`,
    );
    const { mode } = await stat(database.place.passwordFile);
    await database.release();

    expect(settings).to.deep.equal([
      {
        datcollate: 'C',
        datctype: 'C.UTF-8',
        encoding: 'UTF8',
        sums: 'on',
        passwords: 'scram-sha-256',
        addresses: '127.0.0.1',
      },
    ]);
    expect(mode & 0o777).to.equal(0o600);
  });

  it('adopts a server whose owner is gone', async () => {
    const database = await start();
    const pid = await pidOf(database);
    const adopter = await start();

    expect(await pidOf(adopter)).to.equal(pid);
    await adopter.release();
    await database.release();
  });

  it('starts a killed server again on its port, with its data', async () => {
    const database = await start();
    await ask(database, 'create table if not exists kept (id int)');
    process.kill(await pidOf(database), 'SIGKILL');

    const rows = await eventually(() => ask(database, 'select count(*)::int as count from kept'));
    await database.release();

    expect(rows).to.deep.equal([{ count: 0 }]);
  });

  it('leaves no server behind when its last user ends while it starts a killed one again', async () => {
    const restarting = Promise.withResolvers<undefined>();
    const database = await start(() => restarting.resolve(undefined));
    process.kill(await pidOf(database), 'SIGKILL');
    await restarting.promise;

    const isStopped = await database.release();

    expect(isStopped).to.equal(true);
    expect(await readPostmasterFile(database.place.cluster)).to.equal(undefined);
  });

  /** @param warned called with each warning */
  async function start(warned = (): void => undefined): Promise<EmbeddedDatabase> {
    return startEmbedded({ dataDir, log: pino({ level: 'warn' }, { write: warned }) });
  }
});

async function pidOf(database: EmbeddedDatabase): Promise<number> {
  return (await readPostmasterFile(database.place.cluster))?.pid ?? 0;
}

async function ask(database: EmbeddedDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client(database.url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
