import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmbedded } from '@trellis-crm/core/testing';
import pg from 'pg';
import { pino } from 'pino';

/** The product and the baseline on the same durable database, each in a process of its own. */
export interface BenchServers {
  readonly ours: string;
  readonly raw: string;
  /** Bearer token of an admin. */
  readonly token: string;
  /** Owner of the seeded accounts. */
  readonly owner: string;
  readonly accounts: readonly string[];
  /** Milliseconds from the start of the command to the first 200 on `/readyz`, database running and migrated. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const trellis = join(root, 'core', 'bin', 'trellis.js');
const rawServer = fileURLToPath(new URL('raw-server.js', import.meta.url));

/** Starts both and seeds accounts of one owner. */
export async function startServers(accounts: number): Promise<BenchServers> {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-bench-'));
  const database = await startEmbedded({ dataDir: join(folder, 'database'), log: pino({ level: 'silent' }) });
  const settings = {
    DATABASE_URL: database.url,
    TRELLIS_DATA_DIR: join(folder, 'data'),
    PORT: '0',
    TRELLIS_LOG_LEVEL: 'warn',
  };
  const first = await startTrellis(settings, ['--demo']);
  await end(first.child);
  const start = performance.now();
  const ours = await startTrellis(settings, []);
  const startMs = performance.now() - start;
  const raw = await startProcess([rawServer, database.url], {}, /^(http:\S+)/);
  const seeded = await seed(database.url, accounts);
  const { stdout } = await promisify(execFile)(process.execPath, [trellis, 'token', 'create', seeded.email], {
    env: { ...process.env, ...settings },
  });
  return {
    ...seeded,
    ours: ours.found,
    raw: raw.found,
    token: stdout.trim().split('\n').at(-1) ?? '',
    startMs,
    async stop() {
      await Promise.all([end(ours.child), end(raw.child)]);
      await database.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Started {
  readonly child: ChildProcess;
  /** What the pattern caught in the line that says it is ready. */
  readonly found: string;
}

function startTrellis(settings: Readonly<Record<string, string>>, options: readonly string[]): Promise<Started> {
  return startProcess([trellis, 'serve', ...options], settings, /ready at (http:\S+)/);
}

async function startProcess(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<Started> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) {
    const found = ready.exec(line)?.[1];
    if (found !== undefined) return { child, found };
  }
  throw new Error(`${args.join(' ')} ended before it was ready`);
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function seed(url: string, count: number): Promise<Pick<BenchServers, 'owner' | 'accounts'> & { email: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string; email: string }>(
      `select id, email from core.users where role = 'admin' and status = 'active' limit 1`,
    );
    const [admin] = rows;
    if (admin === undefined) throw new Error('the demo has no admin');
    const inserted = await client.query<{ id: string }>(
      `insert into core.accounts (id, name, owner_id, country, employees)
       select gen_random_uuid(), 'Account ' || n, $1, 'Country' || n % 100, n % 1000 from generate_series(1, $2::int) n returning id`,
      [admin.id, count],
    );
    await client.query('analyze core.accounts');
    return { owner: admin.id, email: admin.email, accounts: inserted.rows.map(({ id }) => id) };
  } finally {
    await client.end();
  }
}
