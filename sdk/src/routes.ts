import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { Context } from './context.js';
import type { PermissionKey } from './permissions.js';

/** Who may call a route: a declared right, anybody signed in, or anybody at all. */
export type Access = PermissionKey | 'signed-in' | 'public';

type Params<P> = { readonly [K in keyof P]: string };
type Shape<S, Otherwise> = S extends TSchema ? Static<S> : Otherwise;

/** What a handler reads: everything was checked against the schemas before. */
export interface RouteRequest<P, Q, B> {
  readonly params: Params<P>;
  readonly query: Shape<Q, Readonly<Record<string, never>>>;
  readonly body: Shape<B, undefined>;
}

/** One JSON route. The answer is the JSON of what `handle` returns; `undefined` answers 204. */
export interface RouteDefinition<P = unknown, Q = unknown, B = unknown> {
  readonly access: Access;
  /** Schema per `:name` of the path. */
  readonly params?: P;
  /** Query parameters; unknown ones are refused. */
  readonly query?: Q;
  readonly body?: B;
  /** Schema of the answer, for OpenAPI. */
  readonly answer?: TSchema;
  /** Status of success; 201 for POST, else 200. */
  readonly status?: 200 | 201 | 202;
  readonly summary?: string;
  /**
   * What the `Idempotency-Key` of a POST does. `answer` (unless told): the whole handler is one transaction that keeps the answer, so
   * it must not wait for the outside world. `once`: for work that no transaction spans and for answers that hold a secret; nothing
   * but the key is kept, and a second time is refused with 409 `idempotency_key_used`.
   */
  readonly idempotency?: 'answer' | 'once';
  handle(ctx: Context, request: RouteRequest<P, Q, B>): Promise<unknown>;
}

/** `METHOD /path` below `/api/v1/<plugin>`; a verb is a resource (`POST /deals/:dealId/closure`). */
export type RouteKey = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** Routes of a plugin by method and path. */
export type RouteMap = Readonly<Record<RouteKey, RouteDefinition>>;

/**
 * Describes one route so that `params`, `query` and `body` of its handler are typed from the schemas.
 * @example route({ access: 'sales.deal:close', params: { dealId: Uuid }, body: Closure, handle: (ctx, { params, body }) => closeDeal(ctx, params.dealId, body.outcome) })
 * @since 0.1.0
 */
export function route<
  const P extends Readonly<Record<string, TSchema>> = Readonly<Record<string, never>>,
  Q extends TObject | undefined = undefined,
  B extends TSchema | undefined = undefined,
>(definition: RouteDefinition<P, Q, B>): RouteDefinition {
  // The host hands over only what these very schemas accepted, which the erased type cannot say.
  return definition;
}

/**
 * Lists the JSON routes of one noun.
 * @since 0.1.0
 */
export function defineRoutes<const R extends RouteMap>(routes: R): R {
  return routes;
}
