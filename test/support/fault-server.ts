import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type * as Sessions from '../../core/dist/auth/session-store.js';
import type * as Tokens from '../../core/dist/auth/api-token-store.js';
import type * as Embedded from '../../core/dist/database/embedded/embedded-database.js';
import type * as DatabaseRoom from '../../core/dist/database/index.js';
import type * as Testing from '../../core/dist/testing/index.js';
import type * as Template from '../../core/dist/testing/test-template.js';
import type * as Clock from '../../core/dist/testing/test-clock.js';
import { writeBadPlugin } from './bad-plugin.js';
import { eventually } from './eventually.js';
import { Installation, type Run } from './installation.js';
import { serverProcessesOf } from './process-table.js';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
}

/** Members of answers that tests read; those that an answer does not have are undefined. */
export interface AnswerBody {
  readonly id: string;
  readonly version: number;
  readonly code: string;
  readonly state: string;
  readonly reason: string | null;
  readonly name: string;
  readonly employees: number;
  readonly data: readonly AnswerBody[];
  readonly timings: {
    readonly faults: number;
    readonly lastFault: { readonly what: string; readonly message: string } | null;
  };
}

/** What an answer is asked for with. */
export interface Ask {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, with the type that the headers name. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly as?: 'admin' | 'manager';
}

/** How a server for faults is started. */
export interface FaultServerOptions {
  /** With an embedded database of its own, durable as in production, instead of one of the shared test server. */
  readonly isEmbedded?: boolean;
  readonly installation?: Installation;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A supervised server as in production, on a database with the test people; its processes may be killed. */
export class FaultServer {
  pool: pg.Pool;
  readonly #tokens: Credentials;
  #run: Run | undefined;
  #databasePort: number;

  private constructor(
    readonly installation: Installation,
    readonly databaseUrl: string,
    private readonly drop: () => Promise<void>,
    tokens: Credentials,
  ) {
    this.#tokens = tokens;
    this.pool = openPool(databaseUrl);
    this.#databasePort = Number(new URL(databaseUrl).port);
  }

  /** Starts it with an empty folder of plugins. */
  static async start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const { installation = await Installation.create(), isEmbedded = false, args, env } = options;
    await mkdir(join(installation.dataDir, 'plugins'));
    const database = await (isEmbedded ? createEmbedded : createDatabase)(installation.dataDir);
    const tokens = await issueCredentials(database.url);
    const server = new FaultServer(installation, database.url, () => database.drop(), tokens);
    await server.serve(args, { ...(isEmbedded ? {} : { DATABASE_URL: database.url }), ...env });
    await database.leave();
    return server;
  }

  get pluginsDir(): string {
    return join(this.installation.dataDir, 'plugins');
  }

  /** Starts `trellis serve`; again after {@link quit}. */
  async serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#run = this.installation.run(['serve', ...args], {
      TRELLIS_PLUGINS_DIR: this.pluginsDir,
      TRELLIS_LOG_LEVEL: 'warn',
      ...env,
    });
    await this.#run.ready();
  }

  /** What the supervisor and its processes printed. */
  output(): string {
    return this.#run?.output() ?? '';
  }

  /** Server processes that run now. */
  async processes(): Promise<number[]> {
    return serverProcessesOf(await this.installation.supervisorPid());
  }

  async ask(method: string, path: string, options: Ask = {}): Promise<Answer> {
    const { body, text: plain, headers, timeoutMs = 20_000, as = 'admin' } = options;
    const { type, sent } =
      body === undefined ? { type: {}, sent: plain } : { type: jsonType, sent: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${this.installation.port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#tokens[as]}`,
        ...type,
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text) as AnswerBody,
    };
  }

  /** Writes a plugin of `test/fault/bad-plugins` and takes it into use. @throws Error with what the server said when it cannot be */
  async enable(plugin: string, capabilities: readonly string[] = []): Promise<void> {
    await writeBadPlugin(this.pluginsDir, plugin, { capabilities });
    await eventually(async () => {
      const { status, body } = await this.ask('POST', `/api/v1/plugins/${plugin}/activation`).catch(
        (error: unknown) => {
          throw new Error(`enabling ${plugin}: ${String(error)}\n${this.output().slice(-2000)}`);
        },
      );
      if (status !== 200) throw new Error(`enabling ${plugin}: ${status} ${JSON.stringify(body)}`);
    });
  }

  /** A page as the admin sees it. */
  async page(path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.installation.port}${path}`, {
      headers: { cookie: `trellis_session=${this.#tokens.session}` },
    });
    return response.text();
  }

  async sql<T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(text, [...values])).rows;
  }

  /** Waits until it answers again. @returns how long that took, in ms */
  async untilReady(since = performance.now()): Promise<number> {
    await eventually(async () => {
      const { status } = await this.ask('GET', '/readyz', { timeoutMs: 1000 });
      if (status !== 200) throw new Error(`/readyz says ${status}`);
    });
    return performance.now() - since;
  }

  /** Waits until the embedded database takes statements again, on another port if its own was taken meanwhile. */
  async untilDatabase(): Promise<void> {
    await eventually(async () => {
      const port = await this.installation.databasePort();
      if (port !== undefined && port !== this.#databasePort) await this.#movePool(port);
      await this.sql('select 1');
    });
  }

  async #movePool(port: number): Promise<void> {
    const before = this.pool;
    const url = new URL(this.databaseUrl);
    url.port = String(port);
    this.pool = openPool(url.href);
    this.#databasePort = port;
    await before.end();
  }

  /** Ends everything that runs, the supervisor last. */
  async quit(): Promise<void> {
    this.#run?.process.kill('SIGTERM');
    await this.#run?.ended();
    this.#run = undefined;
  }

  async close(): Promise<void> {
    await this.quit();
    await this.pool.end();
    await this.drop();
    await this.installation.remove();
  }
}

const jsonType = { 'content-type': 'application/json' } as const;

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 4, application_name: 'fault-test' });
  pool.on('error', () => undefined);
  return pool;
}

const silent = pino({ level: 'silent' });

/** A database with the tables and the test people. */
interface PreparedDatabase {
  readonly url: string;
  /** From now on nobody but the server under test keeps it running. */
  leave(): Promise<void>;
  drop(): Promise<void>;
}

async function createDatabase(dataDir: string): Promise<PreparedDatabase> {
  const { createTestDatabase } = await load<typeof Testing>('testing/index.js');
  const database = await createTestDatabase({ template: (await hostPlan(dataDir)).template });
  return { url: database.url, leave: () => Promise.resolve(), drop: () => database.drop() };
}

async function createEmbedded(dataDir: string): Promise<PreparedDatabase> {
  const { startEmbedded } = await load<typeof Embedded>('database/embedded/embedded-database.js');
  const database = await startEmbedded({ dataDir, log: silent });
  await (await hostPlan(dataDir)).template.build(database.url);
  return {
    url: database.url,
    leave: async () => {
      await database.release();
    },
    drop: () => Promise.resolve(),
  };
}

async function hostPlan(dataDir: string) {
  // The entry of the harness brings what its parts stand on.
  await load<typeof Testing>('testing/index.js');
  const { hostConfig, hostTemplate } = await load<typeof Template>('testing/test-template.js');
  const { createTestClock } = await load<typeof Clock>('testing/test-clock.js');
  const plan = { folders: [], enable: true, config: hostConfig([], dataDir), clock: createTestClock() };
  return { template: hostTemplate(plan) };
}

/** Tokens for the API, and a session of the admin for pages. */
type Credentials = Readonly<Record<'admin' | 'manager' | 'session', string>>;

async function issueCredentials(url: string): Promise<Credentials> {
  const { openDatabase } = await load<typeof DatabaseRoom>('database/index.js');
  const { createToken } = await load<typeof Tokens>('auth/api-token-store.js');
  const { createSession } = await load<typeof Sessions>('auth/session-store.js');
  const { knex, close } = openDatabase({ url }, silent);
  const userIdOf = async (role: string): Promise<string> =>
    (await knex<{ id: string; role: string }>('core.users').where({ role }).first('id'))?.id ?? '';
  const tokenOf = async (role: string): Promise<string> => {
    const token = { userId: await userIdOf(role), name: 'faults', scopes: ['*'], expiresAt: null };
    return (await createToken(knex, token, new Date())).token;
  };
  try {
    const [admin, manager] = [await tokenOf('admin'), await tokenOf('manager')];
    const device = { ip: '127.0.0.1', userAgent: 'faults' };
    return { admin, manager, session: await createSession(knex, await userIdOf('admin'), device, new Date()) };
  } finally {
    await close();
  }
}

/** The rooms of core have no public entries, and the compiled test lies one folder deeper than its source. */
async function load<T>(path: string): Promise<T> {
  return (await import(new URL(`../../../core/dist/${path}`, import.meta.url).href)) as T;
}
