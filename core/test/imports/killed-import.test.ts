import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const rowCount = 16_000;

interface ImportRow {
  readonly id: string;
  readonly state: string;
  readonly rows_done: number;
  readonly code: string | null;
}

describe('an import whose process is killed', function () {
  this.timeout(300_000);
  let database: TestDatabase;
  let folder: string;
  let client: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'trellis-killed-'));
    client = new pg.Client(database.url);
    await client.connect();
    const rows = Array.from({ length: rowCount }, (_, index) => `Person ${index},${index}@killed.example`);
    await writeFile(join(folder, 'people.csv'), `name,email\n${rows.join('\n')}\n`);
    await writeFile(join(folder, 'one.csv'), 'name\nOne\n');
  });

  after(async () => {
    await client.end();
    await rm(folder, { recursive: true });
    await database.drop();
  });

  it('is found, goes on behind its last set, and neither loses nor doubles a row', async () => {
    const killed = trellis('import', join(folder, 'people.csv'), '--entity', 'core.contact', '--match', 'none');
    const { id } = await untilUnderWay(killed);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    await untilGone();

    // As if it had been a job once, given up and taken up by the command.
    await client.query(
      `insert into core.job_progress (id, kind, state, created_at) values ($1, 'import', 'failed', now())`,
      [id],
    );
    const before = await theImport();
    const told = await outputOf('import', join(folder, 'one.csv'), '--dry-run', '--entity', 'core.contact');
    const marked = await theImport();
    const resumed = await outputOf('import', '--resume', id);

    expect(before).to.include({ state: 'running' });
    expect(before.rows_done).to.be.within(1, rowCount - 1);
    expect(told.stderr).to.contain(`trellis import --resume ${id}`);
    expect(marked).to.include({ state: 'failed', code: 'interrupted', rows_done: before.rows_done });
    expect(resumed.stdout).to.match(/16,000 rows; 16,000 created, 0 changed, 0 unchanged, 0 rows refused/);
    expect(await counts()).to.deep.equal({
      contacts: rowCount,
      emails: rowCount,
      addresses: rowCount,
      audited: rowCount,
      events: rowCount,
      searched: rowCount,
    });
  });

  /** Waits until a set is committed and rows are left. */
  async function untilUnderWay(child: ChildProcess): Promise<ImportRow> {
    while (child.exitCode === null) {
      const found = await theImport();
      if (found.rows_done > 0) return found;
      await sleep(5);
    }
    throw new Error('the import ended before it could be killed');
  }

  /** The server notices the death of a client a moment later. */
  async function untilGone(): Promise<void> {
    const others = `select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    while ((await client.query<{ n: number }>(others)).rows[0]?.n !== 0) await sleep(20);
  }

  async function theImport(): Promise<ImportRow> {
    const none = { id: '', state: 'none', rows_done: 0, code: null };
    const tables = await client.query<{ is_there: boolean }>(
      `select to_regclass('core.imports') is not null as is_there`,
    );
    if (tables.rows[0]?.is_there !== true) return none;
    const { rows } = await client.query<ImportRow>(
      `select id, state, rows_done, failure ->> 'code' as code from core.imports where not is_dry_run`,
    );
    return rows[0] ?? none;
  }

  async function counts(): Promise<object | undefined> {
    const { rows } = await client.query<object>(`
      select (select count(*)::int from core.contacts) as contacts,
        (select count(*)::int from core.contact_emails) as emails,
        (select count(distinct email)::int from core.contact_emails) as addresses,
        (select count(distinct record_id)::int from core.audit_log where entity = 'core.contact') as audited,
        (select count(*)::int from core.events where entity = 'core.contact') as events,
        (select count(*)::int from core.search_entries where entity = 'core.contact') as searched`);
    return rows[0];
  }

  function trellis(...args: string[]): ChildProcess {
    const env = { ...process.env, DATABASE_URL: database.url, TRELLIS_DATA_DIR: folder };
    return spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function outputOf(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const child = trellis(...args);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (piece: Buffer) => (output.stdout += piece.toString()));
    child.stderr?.on('data', (piece: Buffer) => (output.stderr += piece.toString()));
    await once(child, 'close');
    return output;
  }
});
