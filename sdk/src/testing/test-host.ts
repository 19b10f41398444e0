import type { Context, TransactionContext } from '../context.js';
import type { EventDefinition, PayloadOf } from '../events.js';
import type { Id } from '../identifiers.js';
import type { RolePreset } from '../permissions.js';

/** Somebody tests act as. */
export interface TestUser {
  readonly userId: Id;
  readonly name: string;
  readonly email: string;
  readonly role: RolePreset;
  readonly teamId: Id | null;
}

/** An answer of the real HTTP server. */
export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text of anything else. */
  readonly body: TestBody;
  readonly text: string;
}

/** JSON as tests read it: any property, any depth, to be compared by assertions. */
export interface TestBody {
  readonly [key: string]: TestBody | undefined;
  readonly [index: number]: TestBody | undefined;
}

/** HTTP as one user, over a real connection: API with a token, pages with a session and its CSRF token. */
export interface TestClient {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<TestResponse>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<TestResponse>;
  patch(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<TestResponse>;
  delete(path: string, headers?: Readonly<Record<string, string>>): Promise<TestResponse>;
  /** Any other method. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TestResponse>;
  /** A page, as a browser asks for it. */
  page(path: string, headers?: Readonly<Record<string, string>>): Promise<TestResponse>;
  /** A form post with its CSRF field. */
  submit(
    path: string,
    form: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TestResponse>;
}

/** A whole workspace on a database of its own, with chosen plugins enabled. */
export interface TestHost {
  readonly url: string;
  /** Users of the presets, in one team `Test team` below no other. */
  readonly admin: TestUser;
  readonly manager: TestUser;
  readonly user: TestUser;
  readonly readOnly: TestUser;
  buildUser(overrides?: {
    readonly name?: string;
    readonly role?: RolePreset;
    readonly teamId?: Id | null;
  }): Promise<TestUser>;
  buildTeam(overrides?: {
    readonly name?: string;
    readonly parent?: Id | null;
    readonly managers?: readonly Id[];
  }): Promise<{ readonly id: Id }>;
  /** HTTP as this user; as nobody without one. */
  as(user?: TestUser): TestClient;
  /** A context as plugin code of `plugin` gets it, acting as the user (the plugin itself without one). */
  context(plugin: string, user?: TestUser): Promise<Context>;
  /** Runs in a transaction of such a context. */
  tx<T>(plugin: string, run: (tx: TransactionContext) => Promise<T>, user?: TestUser): Promise<T>;
  /** Payloads emitted so far, in order of commit. */
  emitted<E extends EventDefinition>(event: E): Promise<readonly PayloadOf<E>[]>;
  /** Delivers pending events and runs due jobs until nothing is left; failed deliveries wait for their back-off on the fake clock. */
  settle(): Promise<void>;
  readonly clock: { now(): Date; advance(ms: number): void };
  enable(plugin: string): Promise<void>;
  disable(plugin: string): Promise<void>;
  /** Disables, removes and purges the plugin, then proves that nothing of it is left: schema, grants, subscriptions, schedules, routes, menu, foreign keys; core rows untouched. */
  expectCleanRemoval(plugin: string): Promise<void>;
  /** Rows of a constant SQL query, to look at what no API shows. */
  sql(text: string, bindings?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

/** What {@link createTestHost} takes. */
export interface TestHostOptions {
  /** Plugin folders (URLs or paths); built, installed and enabled in order of their dependencies. */
  readonly plugins?: readonly (URL | string)[];
  /** Install but do not enable. */
  readonly enable?: boolean;
}
