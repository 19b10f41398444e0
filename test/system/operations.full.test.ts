import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { Installation, type Run } from '../support/installation.js';

describe('An installation in operation', function () {
  this.timeout(300_000);
  let installation: Installation;
  let server: Run;
  const metricsPort = (): number => installation.port + 1;

  before(async () => {
    installation = await Installation.create();
    server = installation.run(['serve', '--demo', '--processes', '2'], { TRELLIS_METRICS_PORT: String(metricsPort()) });
    await server.ready();
  });
  after(async () => {
    server.process.kill('SIGTERM');
    await server.ended();
    await installation.remove();
  });

  it('is seen whole in one scrape', async () => {
    await Promise.all(Array.from({ length: 30 }, () => installation.get('/login')));

    const text = await eventually(async () => {
      const scraped = await (await fetch(`http://127.0.0.1:${metricsPort()}/metrics`)).text();
      expect(scraped).to.contain('\ntrellis_processes 2\n');
      expect(scraped).to.contain('_count{method="GET",route="/login",module="core",status="200"} 30');
      return scraped;
    });

    expect(new Set(text.match(/trellis_generation\{process="\d+"\}/g)).size).to.equal(2);
    expect(text).to.contain('trellis_database_up 1');
  });

  it('has workers that are seen on a port of their own', async () => {
    const port = installation.port + 2;
    const worker = installation.run(['worker'], { TRELLIS_METRICS_PORT: String(port) });

    const text = await eventually(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

    expect(text).to.match(/trellis_process_resident_bytes\{process="\d+"\}/);
    expect(text).to.not.contain('trellis_dead_letters');
    worker.process.kill('SIGTERM');
    expect(await worker.ended()).to.equal(0);
  });

  it('is backed up while it serves, and upgraded without an end of service', async () => {
    const watched = { value: true, failed: 0, answered: 0 };
    const watching = (async () => {
      while (watched.value) {
        const { ok } = await installation.get('/login').catch(() => ({ ok: false }));
        if (ok) watched.answered += 1;
        else watched.failed += 1;
      }
    })();

    const backup = await done(['--json', 'backup', join(installation.dataDir, 'first.zst')]);
    const upgrade = await done(['--json', 'upgrade']);
    watched.value = false;
    await watching;

    expect(JSON.parse(backup)).to.have.nested.property('tables.core\\.accounts.count');
    expect(JSON.parse(upgrade)).to.include({ isReplaced: true });
    expect(await readdir(join(installation.dataDir, 'backups'))).to.satisfy((names: string[]) =>
      names.some((name) => name.startsWith('before-upgrade-')),
    );
    expect(watched).to.include({ failed: 0 });
    expect(watched.answered).to.be.greaterThan(10);
  });

  it('is found sound by doctor', async () => {
    const findings = JSON.parse(await done(['--json', 'doctor'])) as { name: string; status: string; detail: string }[];

    expect(findings.filter(({ status }) => status === 'error')).to.deep.equal([]);
    expect(findings.find(({ name }) => name === 'processes')?.detail.match(/generation/g)).to.have.length(2);
    expect(findings.find(({ name }) => name === 'backup')?.status).to.equal('ok');
  });

  it('does not let itself be restored over, and a stopped one only when told, with the old data kept', async () => {
    const file = join(installation.dataDir, 'first.zst');
    const overLive = installation.run(['restore', file]);
    const forcedLive = installation.run(['restore', '--force', file]);
    expect([await overLive.ended(), await forcedLive.ended()]).to.deep.equal([1, 3]);
    expect(overLive.output()).to.contain('The database is in use');
    server.process.kill('SIGTERM');
    await server.ended();

    const restored = JSON.parse(await done(['--json', 'restore', '--force', file])) as { kept: string };
    server = installation.run(['serve']);
    await server.ready();
    const doctor = await done(['--json', 'doctor']);
    const released = await done(['--json', 'release']);
    const again = await done(['--json', 'backup', join(installation.dataDir, 'second.zst')]);

    expect(restored.kept).to.contain('postgres.kept-');
    expect(doctor).to.contain('this copy sends nothing since');
    expect(JSON.parse(released)).to.include({ released: true });
    expect(accountsIn(again)).to.be.greaterThan(0);
  });

  /** What a command printed on stdout. */
  async function done(args: readonly string[]): Promise<string> {
    const run = installation.run(args);
    const code = await run.ended();
    const output = run.output();
    expect(code, output).to.equal(0);
    return output.slice(output.search(/^[[{]/m));
  }
});

function accountsIn(backup: string): number {
  const { tables } = JSON.parse(backup) as { tables: Readonly<Record<string, { count: number }>> };
  return tables['core.accounts']?.count ?? 0;
}
