import type {
  BlockPatch,
  Contract,
  Context,
  EventDefinition,
  Panel,
  PermissionDefinition,
  PermissionKey,
} from '@trellis-crm/sdk';
import type { Endpoint, Method } from '../http/endpoint.js';
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
