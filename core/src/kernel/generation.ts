import type { TakenFile } from '../files/sent-file.js';
import type { Readable } from 'node:stream';
import type {
  Access,
  BlockPatch,
  Contract,
  Context,
  EventDefinition,
  Panel,
  PermissionDefinition,
  PermissionKey,
  TSchema,
} from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Session } from '../auth/session.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { ViewEngine } from '../views/view-engine.js';
import type { Guard, JobRegistration, LiveListener, Registrations, Subscription } from './registrations.js';

/** An immutable set of registries: everything that is true while this set of plugins is active. Swapped as one reference. */
export interface Generation {
  /** Number of the lifecycle change it was built for, as in `core.generation`. */
  readonly number: number;
  /** Core first, then the active plugins in dependency order. */
  readonly modules: readonly Registrations[];
  readonly entities: ReadonlyMap<string, CompiledEntity>;
  readonly events: ReadonlyMap<string, EventDefinition>;
  readonly permissions: ReadonlyMap<PermissionKey, PermissionDefinition & { readonly module: string }>;
  /** By slot, in order: `order`, then plugin id. */
  readonly panels: ReadonlyMap<string, readonly (Panel & { readonly module: string })[]>;
  /** By page. */
  readonly blocks: ReadonlyMap<string, readonly (BlockPatch & { readonly module: string })[]>;
  /** By extension point, in order of module id with core first. */
  readonly contributions: ReadonlyMap<string, readonly { readonly module: string; readonly value: unknown }[]>;
  /** By event id. */
  readonly subscriptions: ReadonlyMap<string, readonly Subscription[]>;
  /** By event id. */
  readonly live: ReadonlyMap<string, readonly LiveListener[]>;
  /** By `<entity>:<verb>`. */
  readonly guards: ReadonlyMap<string, readonly Guard[]>;
  /** By `<module>:<name>`. */
  readonly jobs: ReadonlyMap<string, JobRegistration>;
  readonly contracts: ReadonlyMap<
    string,
    { readonly module: string; readonly contract: Contract<unknown>; create(ctx: Context): unknown }
  >;
  /** Values of the modules' settings, defaults filled in, by module. A change of settings makes a new generation. */
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly views: ViewEngine;
  /** Aborted once a module was disabled and its calls had their time: what is still running then may do nothing more. */
  signalOf(module: string): AbortSignal;
  /** All endpoints, for OpenAPI and the access matrix. */
  readonly endpoints: readonly Endpoint[];
  /** Cost does not grow with the number of plugins. Null: no such path; `methods` lists what the path knows. */
  match(method: Method, path: string): EndpointMatch;
}

/** Outcome of the dispatcher's look-up. */
export type EndpointMatch =
  | { readonly kind: 'found'; readonly endpoint: Endpoint; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly Method[] }
  | { readonly kind: 'plugin-disabled'; readonly plugin: string }
  | { readonly kind: 'absent' };

/** Methods the dispatcher knows; HEAD is answered by GET. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What serves one method and path: core's own, derived from an entity, or a plugin's. All pass the same pipeline. */
export interface Endpoint {
  readonly method: Method;
  /** Absolute, `:name` for parameters: `/api/v1/sales/deals/:id`. A fixed segment wins over a parameter. */
  readonly path: string;
  /** Module that answers: `core` or a plugin id; time and faults are booked on it. */
  readonly module: string;
  readonly access: Access;
  /** `api` speaks JSON and problem+json; `page` HTML with session and form CSRF. */
  readonly surface: 'api' | 'page';
  /** `nobody`: other sites may send here too, so whoever asks counts as not signed in, whatever their browser sends along. */
  readonly caller?: 'nobody';
  readonly input?: EndpointInput;
  /**
   * What a key does that a POST carries. `answer`: the handler runs in one unit of work, and its answer is given again. `once`
   * (unless told): no transaction spans the work, or the answer holds a secret; a second time is refused. `ignored`: nothing.
   */
  readonly idempotency?: 'answer' | 'once' | 'ignored';
  /** For OpenAPI; pages have none. */
  readonly description?: EndpointDescription;
  handle(request: EndpointRequest): Promise<EndpointResponse>;
}

/** What the pipeline reads and checks before the handler runs. */
export interface EndpointInput {
  /** Schema per path parameter; a value that does not fit answers 404. */
  readonly params?: Readonly<Record<string, TSchema>>;
  /** Schema of the query; without one every parameter is refused (api) or ignored (page). `'any'` hands them on unchecked. */
  readonly query?: TSchema | 'any';
  /** `stream` hands the raw request body on; a `form` with `maxFiles` may come with files. */
  readonly body?:
    | { readonly kind: 'json'; readonly schema: TSchema }
    | { readonly kind: 'form'; readonly schema: TSchema; readonly maxFiles?: number }
    | { readonly kind: 'stream'; readonly types: readonly string[] };
  /** Bytes of the body at most; 1 MiB for json and form unless told. */
  readonly maxBytes?: number;
}

/** What OpenAPI says about an endpoint beyond its input. */
export interface EndpointDescription {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Schema of a query that the handler checks itself (`'any'`). */
  readonly query?: object;
  /** Schema of a body that the handler checks more closely than the pipeline. */
  readonly body?: object;
  /** Status → JSON Schema of the body; null for none. */
  readonly answers: Readonly<Record<number, object | null>>;
  /** Asks for the version that the caller has seen, as changes of records do. */
  readonly isVersioned?: boolean;
  /** Statuses of refusals that only this endpoint gives: 429 for one that counts attempts. */
  readonly failures?: readonly number[];
}

/** A checked request. */
export interface EndpointRequest {
  readonly generation: Generation;
  readonly identity: Identity;
  /** The browser's session; null for tokens and anonymous callers. */
  readonly session: Session | null;
  readonly requestId: string;
  readonly method: Method;
  /** Path and query as asked for. */
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly bodyStream: Readable | null;
  /** Files that came with a form, and those of them that were not taken. */
  readonly files?: readonly TakenFile[];
  /** `_version` of a form, or the version in `If-Match`; `'*'` forces. */
  readonly ifVersion: number | '*' | null;
  /** htmx asked for a part of the page. */
  readonly isPartial: boolean;
  readonly ip: string;
  /** Value of a header, or an empty string. */
  header(name: string): string;
  /** Value of a cookie that {@link EndpointResponse.cookies} set. */
  cookie(name: string): string | undefined;
  /** Goes into every form and into the page's htmx headers; anonymous browsers get a cookie it belongs to. */
  csrfToken(): string;
  /** Aborted when the client is gone or the request's time is up. */
  readonly signal: AbortSignal;
}

/** An answer; the pipeline adds the security headers. */
export interface EndpointResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Object → JSON; string → as `Content-Type` says; null → no body. */
  readonly body: object | string | Buffer | Readable | null;
  /** httpOnly, sameSite=lax, for the whole site; secure and bound to this host under https. `value: null` deletes. */
  readonly cookies?: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly maxAgeSeconds?: number;
  }[];
}
