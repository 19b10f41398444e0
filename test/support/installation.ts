import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

/** Root of the clone under test. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A run of `trellis serve` as a person starts it. */
export interface Run {
  /** The process that the person started; the supervisor is this one or its child. */
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Resolves when it printed where it is ready. @throws Error with the output when it ends before */
  ready(): Promise<void>;
  /** Resolves with the exit code when it ended and all its output has arrived. */
  ended(): Promise<number | null>;
}

/** A data folder with a port of its own, on which the clone is started. */
export class Installation {
  private constructor(
    readonly dataDir: string,
    readonly port: number,
  ) {}

  static async create(): Promise<Installation> {
    const dataDir = await mkdtemp(join(tmpdir(), 'trellis-system-'));
    // Readable for the database's user too: the other case has a test of its own.
    await chmod(dataDir, 0o755);
    return new Installation(dataDir, await freePort());
  }

  /** Runs the command line on this data folder. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
    const child = spawn(process.execPath, [join(root, 'core', 'bin', 'trellis.js'), ...args], {
      cwd: root,
      env: { PATH: '/usr/bin:/bin', PORT: String(this.port), TRELLIS_DATA_DIR: this.dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return toRun(child);
  }

  /** Starts the server and waits until it is ready. */
  async start(args: readonly string[] = []): Promise<Run> {
    const run = this.run(['serve', ...args]);
    await run.ready();
    return run;
  }

  get(path: string): Promise<Response> {
    return fetch(`http://localhost:${this.port}${path}`);
  }

  /** Id of the supervisor that runs on the data folder. */
  async supervisorPid(): Promise<number> {
    const instance: unknown = JSON.parse(await readFile(join(this.dataDir, 'supervisor.json'), 'utf8'));
    return typeof instance === 'object' && instance !== null && 'pid' in instance ? Number(instance.pid) : 0;
  }

  /** Id of the database server; undefined when none runs on the data folder. */
  async databasePid(): Promise<number | undefined> {
    return this.#postmasterLine(0);
  }

  /** Port of the database server; undefined when none runs on the data folder or it has none yet. */
  async databasePort(): Promise<number | undefined> {
    return this.#postmasterLine(3);
  }

  async #postmasterLine(index: number): Promise<number | undefined> {
    const file = join(this.dataDir, 'postgres', 'cluster', 'postmaster.pid');
    return Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[index]) || undefined;
  }

  /** Waits until nothing of this installation runs any more, then removes its data. */
  async remove(): Promise<void> {
    await eventually(async () => {
      if ((await this.databasePid()) !== undefined) throw new Error('the database still runs');
    });
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function toRun(child: ChildProcess): Run {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    process: child,
    output: () => text,
    ended: () => ended,
    ready: () =>
      eventually(async () => {
        if (text.includes('is ready at')) return;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended:\n${text}`);
        throw new Error(`it is not ready:\n${text}`);
      }),
  };
}
