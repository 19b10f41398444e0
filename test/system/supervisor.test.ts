import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '@trellis-crm/core/testing';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { Installation, type Run } from '../support/installation.js';
import { ask } from '../support/open-load.js';
import { databaseServersOn, serverProcessesOf } from '../support/process-table.js';
import { isFullRun } from '../support/scale.js';

/** Sends one request after the other, and gathers what went wrong. */
function requestUntilStopped(installation: Installation): { stop(): void; failures: Promise<unknown[]> } {
  const stop = new AbortController();
  const run = async (): Promise<unknown[]> => {
    const failures: unknown[] = [];
    while (!stop.signal.aborted) await installation.get('/healthz').catch((error: unknown) => failures.push(error));
    return failures;
  };
  return {
    stop: () => {
      stop.abort();
    },
    failures: run(),
  };
}

describe('trellis serve', function () {
  this.timeout(120_000);

  let installation: Installation;
  let run: Run | undefined;
  let argsOfRun: readonly string[] = [];

  before(async () => {
    installation = await Installation.create();
  });

  after(async () => {
    await stop();
    await installation.remove();
  });

  /** The server that a test before has left in order, or a new one; one that runs with other arguments gives way. */
  async function start(args: readonly string[] = []): Promise<Run> {
    if (run === undefined || argsOfRun.join() !== args.join()) {
      await stop();
      run = await installation.start(args);
      argsOfRun = args;
    }
    return run;
  }

  async function stop(): Promise<void> {
    run?.process.kill('SIGTERM');
    await run?.ended();
    run = undefined;
  }

  it('answers, and Ctrl-C stops everything, the database last', async () => {
    const interrupted = await installation.start();
    expect((await installation.get('/healthz')).status).to.equal(200);
    expect((await installation.get('/readyz')).status).to.equal(200);

    interrupted.process.kill('SIGINT');

    expect(await interrupted.ended()).to.equal(0);
    expect(await installation.databasePid()).to.equal(undefined);
    expect(interrupted.output()).to.contain(`Trellis CRM is ready at http://localhost:${installation.port}`);
  });

  it('prints one code for the first set-up, however many processes it has', async () => {
    const { output } = await start(['--processes', '2']);

    expect(output().match(/One-time code/g)).to.have.length(1);
  });

  for (const processes of [1, 2]) {
    it(`replaces ${processes === 1 ? 'its process' : 'its processes'} for new code without a failed request`, async () => {
      const { output } = await start(['--processes', String(processes)]);
      const supervisor = await installation.supervisorPid();
      const before = serverProcessesOf(supervisor);
      const client = requestUntilStopped(installation);

      process.kill(supervisor, 'SIGUSR2');
      await eventually(async () => {
        expect(output()).to.contain('were replaced');
      }).finally(client.stop);

      expect(serverProcessesOf(supervisor)).to.have.length(processes).and.not.include.members(before);
      expect(await client.failures).to.deep.equal([]);
    });
  }

  it('tells a second start where the first one runs', async () => {
    await start();

    const second = installation.run(['serve']);

    expect(await second.ended()).to.equal(3);
    expect(second.output()).to.contain(`already running at http://localhost:${installation.port}, pid `);
    expect((await installation.get('/readyz')).status).to.equal(200);
  });

  it('waits for one that is stopping', async () => {
    const first = await start();
    first.process.kill('SIGTERM');
    run = undefined;

    await start();
    await first.ended();

    expect((await installation.get('/readyz')).status).to.equal(200);
  });

  for (const [fault, signal] of [
    ['was killed', 'SIGKILL'],
    ['stands still', 'SIGSTOP'],
  ] as const) {
    it(`replaces a server process that ${fault}`, async () => {
      await start();
      const supervisor = await installation.supervisorPid();
      const [victim] = serverProcessesOf(supervisor);

      process.kill(victim ?? 0, signal);

      await eventually(async () => {
        expect(serverProcessesOf(supervisor)).to.have.length(1).and.not.include(victim);
        expect((await installation.get('/readyz')).status).to.equal(200);
      });
    });
  }

  it('lets those who connect while there is no process wait for the next one', async () => {
    await start();
    const supervisor = await installation.supervisorPid();
    const [victim = 0] = serverProcessesOf(supervisor);
    process.kill(victim, 'SIGKILL');
    await eventually(async () => expect(serverProcessesOf(supervisor)).to.not.include(victim));

    const { status } = await ask({ url: `http://127.0.0.1:${installation.port}/healthz` });

    expect(status).to.equal(200);
  });

  it('starts the database again when it was killed', async () => {
    await start();
    const before = await installation.databasePid();

    process.kill(before ?? 0, 'SIGKILL');

    await eventually(async () => {
      expect(await installation.databasePid())
        .to.be.a('number')
        .and.not.equal(before);
      expect((await installation.get('/readyz')).status).to.equal(200);
    });
    // Its processes may still be about to take up the database.
    await stop();
  });

  it('leaves nothing behind when its supervisor is killed', async () => {
    const killed = await start();

    process.kill(await installation.supervisorPid(), 'SIGKILL');
    await killed.ended();
    run = undefined;

    await eventually(async () => {
      expect(await installation.databasePid()).to.equal(undefined);
    });
  });

  const momentsMs = isFullRun ? Array.from({ length: 12 }, (_, index) => index * 5) : [0, 30];
  for (const momentMs of momentsMs) {
    it(`leaves no database behind when its supervisor is killed ${momentMs} ms after the database was`, async () => {
      const killed = await start();
      const supervisor = await installation.supervisorPid();

      process.kill((await installation.databasePid()) ?? 0, 'SIGKILL');
      await sleep(momentMs);
      process.kill(supervisor, 'SIGKILL');
      await killed.ended();
      run = undefined;

      expect(killed.output()).to.not.contain('EPIPE');
      await eventually(async () => {
        expect(databaseServersOn(installation.dataDir)).to.deep.equal([]);
      });
    });
  }

  it('takes over a database that was left running, and stops it in the end', async () => {
    const killed = await start();
    const database = await installation.databasePid();
    const supervisor = await installation.supervisorPid();
    for (const pid of [...serverProcessesOf(supervisor), supervisor]) process.kill(pid, 'SIGKILL');
    await killed.ended();
    run = undefined;

    await start();
    const taken = await installation.databasePid();
    await stop();

    expect(taken).to.equal(database);
    expect(databaseServersOn(installation.dataDir)).to.deep.equal([]);
  });

  it('finds its way when the one before was killed a moment ago', async () => {
    await start();
    process.kill(await installation.supervisorPid(), 'SIGKILL');
    run = undefined;

    await start();

    expect((await installation.get('/readyz')).status).to.equal(200);
  });

  it('says that the port is taken and how to choose another', async () => {
    await stop();
    const other = createServer().listen(installation.port, '127.0.0.1');
    await once(other, 'listening');

    const refused = installation.run(['serve']);
    const exitCode = await refused.ended();
    other.close();

    expect(exitCode).to.equal(2);
    expect(refused.output()).to.contain(`Port ${installation.port} is taken`).and.to.contain('choose another: PORT=');
  });

  it('refuses a wrong setting once, by its name', async () => {
    await stop();
    const refused = installation.run(['serve'], { TRELLIS_PROCESSES: 'many' });

    expect(await refused.ended()).to.equal(2);
    expect(refused.output().match(/TRELLIS_PROCESSES is "many"/g)).to.have.length(1);
  });

  it('refuses a database it cannot use, once, and names the variable', async () => {
    await stop();
    const database = await createTestDatabase();

    const refused = installation.run(['serve'], { DATABASE_URL: `${database.url}_missing` });
    const exitCode = await refused.ended();
    await database.drop();

    expect(exitCode).to.equal(2);
    expect(refused.output().match(/DATABASE_URL cannot be used/g)).to.have.length(1);
  });
});
