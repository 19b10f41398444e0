import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { pino } from 'pino';
import { moveFromOtherMajor } from '../../dist/backup/move-major.js';
import { openDatabase, startEmbedded, type EmbeddedOptions } from '../../dist/database/index.js';
import { createTestClock } from '../../dist/testing/test-clock.js';
import { hostConfig } from '../../dist/testing/test-template.js';
import { openWorkspace } from '../../dist/composition/open-workspace.js';

const oldest = '/usr/lib/postgresql/15';
const log = pino({ level: 'silent' });

describe('A data folder of PostgreSQL 15', function () {
  this.timeout(180_000);
  let dataDir: string;
  const lines: string[] = [];

  before(async function () {
    if (!existsSync(`${oldest}/bin/postgres`)) return this.skip();
    dataDir = await openFolder('trellis-move-');
    await fill(dataDir);
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  it('is refused by commands, moved by the server, and kept', async () => {
    const refused = await startEmbedded({ dataDir, log }).catch((error: unknown) => error);
    const kept = await moveFromOtherMajor({
      dataDir,
      pluginsDir: join(dataDir, 'none'),
      log,
      print: (line) => lines.push(line),
    });

    expect(String((refused as { fix?: string }).fix)).to.contain('trellis upgrade');
    expect(await readFile(join(kept ?? '', 'cluster', 'PG_VERSION'), 'utf8')).to.equal('15\n');
    expect(lines.join(' '))
      .to.contain('from PostgreSQL 15 to 18')
      .and.to.contain(kept ?? '');
    const [facts] = await ask(
      { dataDir, log },
      `select count(*)::int as accounts, current_setting('server_version_num')::int / 10000 as major,
      (select count(*)::int from core.holds) as held, bool_and(name like 'Ünï %') as whole from core.accounts`,
    );
    expect(facts).to.deep.equal({ accounts: 3000, major: 18, held: 0, whole: true });
  });

  it('opens as a workspace afterwards, and needs no other move', async () => {
    const server = await startEmbedded({ dataDir, log });
    const database = openDatabase({ url: server.url }, log);
    const config = hostConfig([], dataDir);
    const workspace = await openWorkspace({ config, database, log, clock: createTestClock(), serves: false });
    expect(await workspace.lifecycle.doctor()).to.deep.equal([]);
    await workspace.close();
    await database.close();
    await server.release();

    expect(await moveFromOtherMajor({ dataDir, pluginsDir: '', log, print: () => undefined })).to.equal(undefined);
  });

  it('is moved wholly or not at all when the exchange of the folders is cut off', async () => {
    const home = join(dataDir, 'postgres');
    await rename(home, `${home}.moving`);
    await writeFile(join(`${home}.moving`, 'moved'), join(dataDir, 'postgres-15'));

    await moveFromOtherMajor({ dataDir, pluginsDir: '', log, print: () => undefined });

    const [facts] = await ask({ dataDir, log }, 'select count(*)::int as accounts from core.accounts');
    expect(facts).to.deep.equal({ accounts: 3000 });
    expect(existsSync(join(home, 'moved'))).to.equal(false);
  });

  it('still opens with its own programs where it is kept', async () => {
    const other = await openFolder('trellis-kept-');
    await rename(join(dataDir, 'postgres-15'), join(other, 'postgres'));

    const [facts] = await ask(old(other), 'select count(*)::int as accounts from core.accounts');

    expect(facts).to.deep.equal({ accounts: 3000 });
    await rm(other, { recursive: true, force: true });
  });
});

/** The server's user has to enter it; else the database lies elsewhere. */
async function openFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), name));
  await chmod(folder, 0o755);
  return folder;
}

function old(dataDir: string): EmbeddedOptions {
  return { dataDir, log, native: { folder: oldest, version: '15' } };
}

async function fill(dataDir: string): Promise<void> {
  const server = await startEmbedded(old(dataDir));
  const database = openDatabase({ url: server.url }, log);
  const workspace = await openWorkspace({
    config: hostConfig([], dataDir),
    database,
    log,
    clock: createTestClock(),
    serves: false,
  });
  await database.work.raw(
    `insert into core.accounts (id, name) select gen_random_uuid(), 'Ünï ' || n from generate_series(1, 3000) n`,
  );
  await workspace.close();
  await database.close();
  await server.release();
}

async function ask(options: EmbeddedOptions, query: string): Promise<readonly object[]> {
  const server = await startEmbedded(options);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query<object>(query);
  await client.end();
  await server.release();
  return rows;
}
