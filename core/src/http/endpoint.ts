import type { Readable } from 'node:stream';
import type { Access, TSchema } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Session } from '../auth/session.js';
import type { Generation } from '../kernel/generation.js';

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
  readonly input?: EndpointInput;
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
  /** `stream` hands the raw request body on. */
  readonly body?:
    | { readonly kind: 'json' | 'form'; readonly schema: TSchema }
    | { readonly kind: 'stream'; readonly types: readonly string[] };
  /** Bytes of the body at most; 1 MiB for json and form unless told. */
  readonly maxBytes?: number;
}

/** What OpenAPI says about an endpoint beyond its input. */
export interface EndpointDescription {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Status → JSON Schema of the body; null for none. */
  readonly answers: Readonly<Record<number, object | null>>;
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
