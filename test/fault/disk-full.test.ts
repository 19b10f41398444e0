import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { FaultServer } from '../support/fault-server.js';
import { Installation } from '../support/installation.js';

/** Room for a database with its log, and some for the test to fill. */
const volumeMb = 400;

/** Why no volume can be mounted here; null: one can. */
const refusal = tryToMount();

describe('a data volume that is full', function () {
  this.timeout(240_000);
  if (refusal !== null) {
    it(`is not tried here, for lack of the right to mount one: ${refusal}`, () => {
      expect(refusal).to.match(/permi|superuser|root|ENOENT/i);
    });
    return;
  }

  let installation: Installation;
  let server: FaultServer | undefined;

  before(async () => {
    installation = await Installation.create();
    mount(installation.dataDir);
    server = await FaultServer.start({ isEmbedded: true, installation });
  });

  after(async () => {
    await rm(join(installation.dataDir, 'filler'), { force: true });
    await server?.quit();
    await server?.pool.end();
    unmount(installation.dataDir);
    await rm(installation.dataDir, { recursive: true, force: true });
  });

  it('answers writes with 503, goes on reading, leaves nothing half-written, and heals', async () => {
    if (server === undefined) throw new Error('no server');
    const { body: account } = await server.ask('POST', '/api/v1/accounts', { body: { name: 'Before' } });
    await fill(installation.dataDir);
    expect((await statfs(installation.dataDir)).bavail).to.equal(0);

    const statuses = await writeUntilRefused(server);
    const reads = [
      (await server.ask('GET', `/api/v1/accounts/${account.id}`)).status,
      (await server.ask('GET', '/api/v1/accounts?limit=50')).status,
      (await server.ask('GET', '/healthz')).status,
    ];

    expect(statuses.filter((status) => status !== 201)).to.deep.equal([503, 503, 503, 503, 503]);
    expect(reads).to.deep.equal([200, 200, 200]);
    await expectWhole(server, statuses.filter((status) => status === 201).length + 1);
    await rm(join(installation.dataDir, 'filler'));
    await eventually(async () => {
      const healed = await server?.ask('POST', '/api/v1/accounts', { body: { name: 'After' } });
      expect(healed?.status).to.equal(201);
    });
    await expectWhole(server, statuses.filter((status) => status === 201).length + 2);
  });

  it('would notice what is half-written', async () => {
    await server?.sql(
      `delete from core.audit_log where id = (select id from core.audit_log where entity = 'core.account' limit 1)`,
    );

    expect(await findHalves(server)).to.have.length(1);
  });
});

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${volumeMb}m,mode=0755`, 'tmpfs', folder], { stdio: 'pipe' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
}

/** Mounting takes root, and in a container a right that few have. */
function tryToMount(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'trellis-volume-'));
  try {
    mount(folder);
    unmount(folder);
    return null;
  } catch (error) {
    return String(error);
  } finally {
    rmdirSync(folder);
  }
}

/** Takes all the room there is. */
async function fill(folder: string): Promise<void> {
  const block = Buffer.alloc(1024 * 1024, 1);
  for (;;) {
    const free = (await statfs(folder)).bavail * (await statfs(folder)).bsize;
    if (free === 0) return;
    const part = block.subarray(0, Math.min(block.length, free));
    await writeFile(join(folder, 'filler'), part, { flag: 'a' }).catch(() => sleep(10));
  }
}

/** Writes rows that fill pages until some are refused, and a few more. @returns statuses, in order */
async function writeUntilRefused(server: FaultServer): Promise<number[]> {
  const statuses: number[] = [];
  for (let refused = 0; refused < 5 && statuses.length < 2000;) {
    // What does not compress takes room.
    const description = Array.from({ length: 200 }, () => Math.random().toString(36).slice(2)).join(' ');
    const { status } = await server.ask('POST', '/api/v1/accounts', { body: { name: 'Filler', description } });
    statuses.push(status);
    if (status === 503) refused += 1;
  }
  return statuses;
}

async function expectWhole(server: FaultServer, count: number): Promise<void> {
  expect(await server.sql('select id from core.accounts')).to.have.length(count);
  expect(await findHalves(server)).to.deep.equal([]);
}

/** Accounts without the audit row or the event of their creation, and those without an account. */
async function findHalves(server: FaultServer | undefined): Promise<object[]> {
  return (
    (await server?.sql(
      `select coalesce(accounts.id, audit.record_id) as id
       from core.accounts
       full join (select record_id from core.audit_log where entity = 'core.account' and verb = 'created') audit on audit.record_id = accounts.id
       full join (select payload->>'id' as id from core.events where type = 'core.account-created') events on events.id = accounts.id::text
       where accounts.id is null or audit.record_id is null or events.id is null`,
    )) ?? []
  );
}
