import 'reflect-metadata';
import { loadConfig } from '@trellis-crm/config';
import {
  Account,
  Team,
  User,
  type EntityDefinition,
  type Id,
  type PermissionDefinition,
  type TransactionContext,
} from '@trellis-crm/sdk';
import type { TestBody } from '@trellis-crm/sdk/testing';
import pg from 'pg';
import { pino } from 'pino';
import { container as rootContainer, type DependencyContainer } from 'tsyringe';
import { authEndpoints, Passwords, registerAuth } from '../../dist/auth/index.js';
import { createPasswords } from '../../dist/auth/passwords.js';
import { openDatabase, openSignals, Signals, type Database } from '../../dist/database/index.js';
import { loadCoreMigrations, migrate } from '../../dist/database/migrator/index.js';
import { runUnit } from '../../dist/database/unit-of-work.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { AssetStore, createApp, listen, SetupState } from '../../dist/http/index.js';
import type { Endpoint, Method } from '../../dist/http/endpoint.js';
import { derivePermissions } from '../../dist/kernel/derived-permissions.js';
import type { Generation } from '../../dist/kernel/generation.js';
import { createRouteTable } from '../../dist/kernel/route-table.js';
import { registerSettings, Settings, settingsEndpoints } from '../../dist/settings/index.js';
import { createTestDatabase } from '../../dist/testing/index.js';
import {
  coreIconsDir,
  coreViewSource,
  createAssetRegistry,
  createIconSet,
  createViewEngine,
} from '../../dist/views/index.js';
import type { Workspace } from '../../dist/workspace/workspace.js';

/** A served workspace with real tables and services of access; only records are written by hand. */
export interface AuthLab {
  readonly workspace: Workspace;
  readonly database: Database;
  readonly clock: { now(): Date; advance(ms: number): void };
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** JSON call with a bearer token or a session. */
  call(method: string, path: string, as: Caller, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** What a JSON call presents. */
export type Caller = { readonly token: string } | { readonly cookie: string; readonly csrf: string } | null;

/** Status and parsed body of a JSON call. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: TestBody;
}

/** What a test may change about the lab. */
export interface AuthLabOptions {
  readonly isSetUp?: boolean;
  readonly register?: (workspace: Workspace) => void;
  readonly endpoints?: (workspace: Workspace) => readonly Endpoint[];
}

/** Opens a lab with tables of its own. */
export async function openAuthLab(options: AuthLabOptions = {}): Promise<AuthLab> {
  const silent = pino({ level: 'silent' });
  const home = await createTestDatabase({ template: await template() });
  const database = openDatabase({ url: home.url }, silent);
  const signals = openSignals(() => database.connectDirect(), silent);
  const clock = createClock();
  const container = rootContainer.createChildContainer();
  const workspace = createWorkspace({ database, container, clock, options });
  container.registerInstance(Signals, signals);
  registerSettings(workspace);
  registerAuth(workspace);
  container.registerInstance(Passwords, createPasswords({ log2Rounds: 10 }));
  container.registerInstance(AssetStore, createAssetRegistry());
  if (options.isSetUp !== false) container.registerInstance(SetupState, { isSetUp: async () => true });
  options.register?.(workspace);
  await container.resolve(Settings).refresh();
  const server = await listen(createApp(workspace), { host: '127.0.0.1', port: 0 });
  const send = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { redirect: 'manual', ...init });
  return {
    workspace,
    database,
    clock,
    fetch: send,
    call: (method, path, as, body) => call(send, { method, path, as, body }),
    async close() {
      await server.close(0);
      await signals.close();
      await database.close();
      await home.drop();
    },
  };
}

/** Adds a user the way records would; `password` lets them sign in. */
export async function buildUser(
  lab: AuthLab,
  overrides: Partial<UserRow> & { readonly password?: string } = {},
): Promise<UserRow> {
  const { password, ...given } = overrides;
  const id = uuidV7();
  const row: UserRow = {
    id,
    name: 'Ada Lovelace',
    email: `${id}@example.test`,
    role: 'user',
    status: 'active',
    team_id: null,
    ...given,
  };
  await lab.database.knex('core.users').insert(row);
  if (password !== undefined) {
    const hash = await lab.workspace.container.resolve(Passwords).hash(password);
    await lab.database.knex('core.credentials').insert({ user_id: id, password_hash: hash, changed_at: new Date() });
  }
  return row;
}

/** Signs in over the API. */
export async function signIn(
  lab: AuthLab,
  email: string | null,
  password: string,
): Promise<{ cookie: string; csrf: string }> {
  const { status, headers, body } = await lab.call('POST', '/api/v1/session', null, { email, password });
  if (status !== 201) throw new Error(`sign-in answered ${status}`);
  return { cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '', csrf: textOf(body.csrfToken) };
}

/** A text in an answer; empty when it is something else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Columns of a user that tests set. */
export interface UserRow {
  readonly id: Id;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
  readonly status: string;
  readonly team_id: Id | null;
}

async function template() {
  const core = await loadCoreMigrations();
  const key = `core ${[...core.hashes.values()].join(' ')}`;
  const build = async (url: string): Promise<void> => {
    const client = new pg.Client(url);
    await client.connect();
    await migrate(client, [core], { log: pino({ level: 'silent' }) });
    await client.end();
  };
  return { key, build };
}

function createClock() {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    advance: (ms: number) => {
      offset += ms;
    },
  };
}

interface WorkspaceParts {
  readonly database: Database;
  readonly container: DependencyContainer;
  readonly clock: AuthLab['clock'];
  readonly options: AuthLabOptions;
}

function createWorkspace({ database, container, clock, options }: WorkspaceParts): Workspace {
  let generation: Generation | undefined;
  const workspace = {
    config: loadConfig({ env: {}, root: '/nowhere' }),
    database,
    clock,
    container,
    log: pino({ level: 'silent' }),
    generation: () =>
      (generation ??= createGeneration([
        ...authEndpoints(workspace),
        ...settingsEndpoints(workspace),
        ...(options.endpoints?.(workspace) ?? []),
      ])),
    info: () => container.resolve(Settings).info(),
    transaction: (_scope: unknown, work: (tx: TransactionContext, unit: unknown) => Promise<unknown>) =>
      runUnit(
        database.knex,
        () => undefined,
        (unit) => work(plainRecords(unit.trx), unit),
      ),
  } as unknown as Workspace;
  return workspace;
}

/** Stands for the record layer, whose own tests are elsewhere: writes the row and nothing else. */
function plainRecords(trx: Parameters<Parameters<Database['tx']>[0]>[0]): TransactionContext {
  const columns = (values: object) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name === 'timeZone' ? 'time_zone' : name, value]),
    );
  const tx = {
    authorize: () => undefined,
    elevated: () => tx,
    records: () => ({
      async create(values: object) {
        const row = { id: uuidV7(), ...columns(values) };
        await trx('core.users').insert(row);
        return row;
      },
      async update(id: Id, values: object) {
        await trx('core.users').where({ id }).update(columns(values));
      },
    }),
  };
  return tx as unknown as TransactionContext;
}

function createGeneration(endpoints: readonly Endpoint[]): Generation {
  const entities: readonly EntityDefinition[] = [Account, User, Team];
  const declared: [string, PermissionDefinition][] = [
    ['core.role:administer', { label: 'x', grants: {} }],
    ['core.settings:administer', { label: 'x', grants: {} }],
    ['core.user:administer', { label: 'x', grants: {} }],
  ];
  const permissions = [...declared, ...entities.flatMap(derivePermissions)];
  const table = createRouteTable(endpoints);
  const assets = createAssetRegistry();
  const generation = {
    number: 1,
    endpoints,
    match: (method: Method, path: string) => table.match(method, path),
    entities: new Map(),
    permissions: new Map(permissions.map(([key, definition]) => [key, { ...definition, module: 'core' }])),
    views: createViewEngine({ sources: [coreViewSource()], assets, icons: createIconSet(coreIconsDir) }),
  };
  return generation as unknown as Generation;
}

async function call(send: AuthLab['fetch'], request: Request): Promise<Answer> {
  const { method, path, as, body } = request;
  const headers: Record<string, string> = {};
  if (as !== null && 'token' in as) headers['Authorization'] = `Bearer ${as.token}`;
  if (as !== null && 'cookie' in as) Object.assign(headers, { Cookie: as.cookie, 'X-CSRF-Token': as.csrf });
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await send(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
  return { status: response.status, headers: response.headers, body: parsed as TestBody };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly as: Caller;
  readonly body: unknown;
}
