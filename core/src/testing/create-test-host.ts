import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, EventDefinition, Id, PayloadOf } from '@trellis-crm/sdk';
import type { TestHost, TestHostOptions, TestUser } from '@trellis-crm/sdk/testing';
import { createToken } from '../auth/api-token-store.js';
import { Authenticator } from '../auth/index.js';
import { createSession } from '../auth/session-store.js';
import type { Identity } from '../auth/identity.js';
import type { OpenWorkspace } from '../composition/open-workspace.js';
import { csrfTokenOf } from '../http/csrf.js';
import { createApp, listen, type HttpServer } from '../http/index.js';
import { moduleIdentity } from '../kernel/index.js';
import { assertCleanRemoval } from './clean-removal.js';
import { createTestClient, type TestCredentials } from './test-client.js';
import { createTestClock } from './test-clock.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { createTeam, createUser, findTestPeople } from './test-people.js';
import { hostConfig, hostTemplate, openHost, type HostPlan } from './test-template.js';

/** A host as tests of the core's own see it: with what stands behind it. */
export interface CoreTestHost extends TestHost {
  readonly workspace: OpenWorkspace;
  readonly database: Pick<TestDatabase, 'url' | 'serverLog'>;
}

/** Starts a host on a clone of a template that holds the migrated tables, the plugins and one user per preset. */
export async function createTestHost(options: TestHostOptions = {}): Promise<CoreTestHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trellis-host-'));
  const folders = (options.plugins ?? []).map(toFolder);
  const plan: HostPlan = {
    folders,
    enable: options.enable ?? true,
    config: hostConfig(folders, dataDir),
    clock: createTestClock(),
  };
  const testDatabase = await createTestDatabase({ template: hostTemplate(plan) });
  const { database, workspace } = await openHost(testDatabase.url, plan, true);
  const server = await listen(createApp(workspace), plan.config);
  const people = await findTestPeople(workspace);
  const credentials = await issueAll(workspace, Object.values(people));
  const host = new RunningTestHost({ workspace, server, plan, credentials });
  return Object.assign(host, people, {
    workspace,
    database: testDatabase,
    async close() {
      await Promise.all([server.close(1000), workspace.close()]);
      await database.close();
      await testDatabase.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  });
}

interface HostParts {
  readonly workspace: OpenWorkspace;
  readonly server: HttpServer;
  readonly plan: HostPlan;
  readonly credentials: Map<Id, TestCredentials>;
}

class RunningTestHost implements Omit<TestHost, 'close' | 'admin' | 'manager' | 'user' | 'readOnly'> {
  readonly url: string;
  readonly clock: HostPlan['clock'];
  readonly #parts: HostParts;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.url = `http://127.0.0.1:${parts.server.port}`;
    this.clock = parts.plan.clock;
  }

  as(user?: TestUser) {
    return createTestClient(this.url, user === undefined ? null : this.#credentialsOf(user));
  }

  async buildUser(overrides: Parameters<TestHost['buildUser']>[0] = {}): Promise<TestUser> {
    const user = await createUser(this.#parts.workspace, overrides);
    this.#parts.credentials.set(user.userId, await issue(this.#parts.workspace, user.userId));
    return user;
  }

  buildTeam(overrides: Parameters<TestHost['buildTeam']>[0] = {}) {
    return createTeam(this.#parts.workspace, overrides);
  }

  async context(plugin: string, user?: TestUser): Promise<Context> {
    return this.#parts.workspace.context(await this.#scope(plugin, user));
  }

  async tx<T>(plugin: string, run: Parameters<TestHost['tx']>[1], user?: TestUser): Promise<T> {
    return (await this.#parts.workspace.transaction(await this.#scope(plugin, user), run)) as T;
  }

  async emitted<E extends EventDefinition>(event: E): Promise<readonly PayloadOf<E>[]> {
    const { knex } = this.#parts.workspace.database;
    const statement = 'select payload from core.events where type = ? order by position';
    const { rows } = await knex.raw<{ rows: { readonly payload: PayloadOf<E> }[] }>(statement, [event.id]);
    return rows.map(({ payload }) => payload);
  }

  /** Deliveries may enqueue jobs and jobs may emit events: twice round is enough for what tests do in one go. */
  async settle(): Promise<void> {
    const { bus, jobs } = this.#parts.workspace;
    await bus.relay.drain();
    await jobs.drain();
    await bus.relay.drain();
  }

  async enable(plugin: string): Promise<void> {
    await this.#parts.workspace.lifecycle.enable(plugin, 'operator');
  }

  async disable(plugin: string): Promise<void> {
    await this.#parts.workspace.lifecycle.disable(plugin, 'operator');
  }

  expectCleanRemoval(plugin: string): Promise<void> {
    return assertCleanRemoval(this.#parts.workspace, plugin);
  }

  async sql(text: string, bindings: readonly unknown[] = []) {
    const { rows } = await this.#parts.workspace.database.knex.raw<{ rows: Readonly<Record<string, unknown>>[] }>(
      text,
      [...bindings] as string[],
    );
    return rows;
  }

  #credentialsOf(user: TestUser): TestCredentials {
    const credentials = this.#parts.credentials.get(user.userId);
    if (credentials === undefined) throw new Error(`${user.name} was not built by this host`);
    return credentials;
  }

  async #scope(plugin: string, user?: TestUser) {
    const { workspace } = this.#parts;
    const generation = workspace.generation();
    const module = generation.modules.find((candidate) => candidate.module === plugin);
    if (module === undefined) throw new Error(`${plugin} is not active in this host`);
    const identity = user === undefined ? moduleIdentity(module, workspace.info()) : await this.#identityOf(user);
    return { generation, module: plugin, identity, signal: new AbortController().signal };
  }

  async #identityOf(user: TestUser): Promise<Identity> {
    const { workspace } = this.#parts;
    const presented = { bearer: this.#credentialsOf(user).token, sessionToken: null };
    return (await workspace.container.resolve(Authenticator).authenticate(presented, workspace.generation())).identity;
  }
}

function toFolder(plugin: URL | string): string {
  return resolve(plugin instanceof URL ? fileURLToPath(plugin) : plugin);
}

async function issueAll(workspace: OpenWorkspace, users: readonly TestUser[]): Promise<Map<Id, TestCredentials>> {
  return new Map(await Promise.all(users.map(async ({ userId }) => [userId, await issue(workspace, userId)] as const)));
}

/** A token for the API and a session for pages, without the cost of a password. */
async function issue({ database: { knex }, clock }: OpenWorkspace, userId: Id): Promise<TestCredentials> {
  const now = clock.now();
  const { token } = await createToken(knex, { userId, name: 'test', scopes: ['*'], expiresAt: null }, now);
  const sessionToken = await createSession(knex, userId, { ip: '127.0.0.1', userAgent: 'test' }, now);
  return { token, sessionToken, csrfToken: csrfTokenOf(sessionToken) };
}
