import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { FaultServer } from '../support/fault-server.js';
import { randomFrom, timesOf } from '../support/scale.js';
import { findLosses, findWrongEffects, startWriters, type Writers, type Written } from '../support/writers.js';

const kills = timesOf(20);
const terminations = timesOf(50);
/** `databasePoolSize` of the configuration. */
const poolSize = 10;

describe('a PostgreSQL that is killed under 16 writers', function () {
  this.timeout(180_000 + (kills + terminations) * 20_000);

  let server: FaultServer;

  before(async () => {
    server = await FaultServer.start({ isEmbedded: true });
    await server.enable('well-behaved');
  });

  after(() => server.close());

  /** @returns how long it took until it was ready again, in ms */
  async function killPostmaster(): Promise<number> {
    const before = await server.installation.databasePid();
    process.kill(before ?? 0, 'SIGKILL');
    const since = performance.now();
    await eventually(async () => {
      const now = await server.installation.databasePid();
      expect(now).to.be.a('number').and.not.equal(before);
    });
    const took = await server.untilReady(since);
    await server.untilDatabase();
    return took;
  }

  /** Ends all sessions of the server under test. @returns how many there were */
  async function terminate(): Promise<number> {
    const rows = await server.sql<{ isEnded: boolean }>(
      `select pg_terminate_backend(pid) as "isEnded" from pg_stat_activity
       where backend_type = 'client backend' and application_name <> 'fault-test'`,
    );
    return rows.filter(({ isEnded }) => isEnded).length;
  }

  async function expectNothingLost(written: Written): Promise<void> {
    const losses = await eventually(() => findLosses(server, written));
    expect(losses).to.deep.equal({ missing: [], doubled: [] });
    expect([...written.unexpected]).to.deep.equal([]);
    await eventually(async () =>
      expect(await findWrongEffects(server, 'well-behaved.contact-seen', 2)).to.have.length(0),
    );
  }

  it(`comes back after kill -9, ${kills} times: no 500, nothing lost`, async () => {
    const random = randomFrom(2);
    const writers = startWriters(server);
    const took: number[] = [];
    for (let trial = 0; trial < kills; trial += 1) {
      await sleep(200 + 500 * random());
      took.push(await killPostmaster());
    }
    const written = await writers.stop();

    await expectNothingLost(written);
    took.sort((a, b) => a - b);
    process.stdout.write(
      `      ${kills} kills, ${written.acknowledged.size} acknowledged, ${written.retries} retries; ready again after ${took.map(Math.round).join(', ')} ms\n`,
    );
  });

  it(`goes on when all its sessions are terminated, ${terminations} times: no 500, nothing lost, the pool within its size`, async () => {
    const random = randomFrom(3);
    const before = await server.processes();
    const writers = startWriters(server);
    const connections = watchPool();
    let ended = 0;
    for (let trial = 0; trial < terminations; trial += 1) {
      await sleep(100 + 200 * random());
      const count = await terminate();
      expect(count).to.be.greaterThan(0);
      ended += count;
      await server.untilReady();
    }
    const written = await writers.stop();

    await expectNothingLost(written);
    expect(Math.max(...(await connections.stop()))).to.be.within(1, poolSize);
    expect(await server.processes()).to.deep.equal(before);
    process.stdout.write(
      `      ${terminations} times, ${ended} sessions; ${written.acknowledged.size} acknowledged, ${written.retries} retries\n`,
    );
  });

  it('would notice commits that are acknowledged before they are on disk', async () => {
    await server.sql('alter database trellis set synchronous_commit = off');
    // Nobody else brings commits to disk soon either.
    for (const [name, value] of Object.entries({ wal_writer_delay: '10s', wal_writer_flush_after: '1GB' }))
      await server.sql(`alter system set ${name} = '${value}'`);
    await server.sql('select pg_reload_conf()');
    await terminate();
    await server.untilReady();

    const missing = await untilSomethingIsMissing(5);
    await server.sql('alter system reset all');
    await server.sql('alter database trellis reset synchronous_commit');

    expect(missing).to.not.equal(0);
  });

  async function untilSomethingIsMissing(attempts: number): Promise<number> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const writers: Writers = startWriters(server, 16, 0);
      await sleep(1000);
      const stopped = writers.stop();
      await killPostmaster();
      const { missing } = await eventually(async () => findLosses(server, await stopped));
      if (missing.length > 0) return missing.length;
    }
    return 0;
  }

  /** Counts the connections of the pool for requests, again and again; terminated ones go before others come. */
  function watchPool(): { stop(): Promise<number[]> } {
    const stop = new AbortController();
    const counts: number[] = [0];
    const watch = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const [row] = await server.sql<{ count: number }>(
          `select count(*)::int as count from pg_stat_activity where application_name = 'trellis-request'`,
        );
        counts.push(row?.count ?? 0);
        await sleep(20);
      }
    };
    const watching = watch();
    return {
      async stop() {
        stop.abort();
        await watching;
        return counts;
      },
    };
  }
});
