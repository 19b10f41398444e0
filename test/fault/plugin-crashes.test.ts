import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBadPlugin } from '../support/bad-plugin.js';
import { eventually } from '../support/eventually.js';
import { FaultServer } from '../support/fault-server.js';
import { isFullRun } from '../support/scale.js';

/** Ways in which a plugin ends its process, and what its page says then. */
const ends: readonly {
  readonly plugin: string;
  readonly path: string;
  readonly reason: RegExp;
  readonly isSlow: boolean;
}[] = [
  { plugin: 'exits', path: 'hard', reason: /route POST \/hard: it ended the process \(code 7\)/, isSlow: false },
  { plugin: 'loops', path: 'now', reason: /route POST \/now: the process stood still and was ended/, isSlow: true },
  { plugin: 'loops', path: 'later', reason: /route POST \/later: the process stood still/, isSlow: true },
  {
    plugin: 'leaks',
    path: 'heap',
    reason: /route POST \/heap: the process (ran out of memory|stood still)/,
    isSlow: true,
  },
  { plugin: 'leaks', path: 'buffers', reason: /route POST \/buffers: the process ran out of memory/, isSlow: true },
];

describe('a plugin that ends its process', function () {
  this.timeout(240_000);

  let server: FaultServer;

  before(async () => {
    server = await FaultServer.start({ env: { TRELLIS_PROCESS_MEMORY_MB: '160' } });
    for (const plugin of ['exits', 'loops', 'leaks', 'well-behaved']) await writeBadPlugin(server.pluginsDir, plugin);
    for (const plugin of ['well-behaved', 'exits']) await enable(plugin);
  });

  after(() => server.close());

  async function enable(plugin: string): Promise<void> {
    const { status, body } = await server.ask('POST', `/api/v1/plugins/${plugin}/activation`);
    expect(status, JSON.stringify(body)).to.be.oneOf([200, 202]);
  }

  async function listOnCommandLine(): Promise<string> {
    const env = { DATABASE_URL: server.databaseUrl, TRELLIS_PLUGINS_DIR: server.pluginsDir };
    const run = server.installation.run(['plugin', 'list'], env);
    await run.ended();
    return run.output();
  }

  /** Calls what ends the process. @returns the process that died */
  async function end(plugin: string, path: string): Promise<number> {
    const [victim = 0] = await server.processes();
    await server.ask('POST', `/api/v1/${plugin}/${path}`, { timeoutMs: 60_000 }).catch(() => undefined);
    await eventually(async () => {
      expect(await server.processes())
        .to.have.length(1)
        .and.not.include(victim);
      await server.untilReady();
    });
    return victim;
  }

  for (const { plugin, path, reason } of ends.filter(({ isSlow }) => isFullRun || !isSlow)) {
    it(`is quarantined after three strikes: ${plugin}/${path}`, async () => {
      await enable(plugin);
      const victims = new Set<number>();
      for (let strike = 1; strike <= 3; strike += 1) {
        victims.add(await end(plugin, path));
        expect(await server.sql('select from core.plugin_strikes where plugin = $1', [plugin])).to.have.length(strike);
      }

      const { body } = await server.ask('GET', `/api/v1/plugins/${plugin}`);
      expect(victims).to.have.length(3);
      expect(body.state).to.equal('quarantined');
      expect(body.reason).to.match(reason);
      expect(await server.page(`/plugins/${plugin}`)).to.contain('3 strikes within 5 minutes');
      expect((await server.ask('POST', `/api/v1/${plugin}/${path}`)).status).to.equal(404);
      expect((await server.ask('GET', '/api/v1/well-behaved/hello')).body).to.deep.equal({ hello: 'world' });
      expect((await server.ask('GET', '/api/v1/plugins/well-behaved')).body).to.include({
        state: 'active',
        reason: null,
      });
    });
  }

  it('keeps its process when it exits politely, and is enabled again by an admin', async () => {
    await enable('exits');
    const [before] = await server.processes();
    expect(await server.sql(`select from core.plugin_strikes where plugin = 'exits'`)).to.have.length(0);

    const { status } = await server.ask('POST', '/api/v1/exits/exit');
    for (const [path, expected] of [
      ['later', 201],
      ['kill', 500],
    ] as const) {
      await sleep(1100);
      expect((await server.ask('POST', `/api/v1/exits/${path}`)).status).to.equal(expected);
    }
    await eventually(async () => {
      const { body } = await server.ask('GET', '/api/v1/plugins/exits');
      expect(body.state).to.equal('quarantined');
      expect(body.reason).to.contain('it tried to end the process');
    });

    expect(status).to.equal(500);
    expect(await server.processes()).to.deep.equal([before]);
    expect(await listOnCommandLine()).to.match(/exits +1\.0\.0 +quarantined[^]*exits: 3 strikes within 5 minutes/);
  });

  if (isFullRun)
    it('is not enabled again and again when its migration ends the process', async () => {
      await writeBadPlugin(server.pluginsDir, 'greedy-migration');
      const [victim = 0] = await server.processes();
      await server
        .ask('POST', '/api/v1/plugins/greedy-migration/activation', { timeoutMs: 60_000 })
        .catch(() => undefined);
      await eventually(async () => {
        expect(await server.processes())
          .to.have.length(1)
          .and.not.include(victim);
        const { body } = await server.ask('GET', '/api/v1/plugins/greedy-migration');
        expect(body.reason).to.match(/migration 20260101000000_lock-accounts .* was its end/);
      });

      expect((await server.ask('POST', '/api/v1/accounts', { body: { name: 'Not locked' } })).status).to.equal(201);
      expect(await server.sql(`select from core.plugin_operations where state = 'running'`)).to.have.length(0);
    });

  it('is not blamed when somebody else kills the process', async () => {
    const [victim = 0] = await server.processes();
    const hello = server.ask('GET', '/api/v1/well-behaved/hello');
    process.kill(victim, 'SIGKILL');
    await hello.catch(() => undefined);
    await eventually(async () =>
      expect(await server.processes())
        .to.have.length(1)
        .and.not.include(victim),
    );
    await server.untilReady();

    expect(await server.sql(`select from core.plugin_strikes where plugin = 'well-behaved'`)).to.have.length(0);
  });
});
