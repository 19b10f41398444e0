import type {
  BlockPatch,
  Context,
  Contract,
  EventDefinition,
  EventEnvelope,
  ExtensionPoint,
  GuardedChange,
  JobSchedule,
  PageMap,
  Panel,
  PluginDefinition,
  RouteMap,
  SlotDefinition,
  TransactionContext,
} from '@trellis-crm/sdk';

/** What one module (core or a plugin) registered, with types erased; the host checked each value against its declaration. */
export interface Registrations {
  /** `core` or the plugin id. */
  readonly module: string;
  readonly definition: PluginDefinition;
  readonly routes: readonly RouteMap[];
  readonly pages: readonly PageMap[];
  readonly panels: readonly { readonly slot: SlotDefinition; readonly panel: Panel }[];
  readonly blocks: readonly BlockPatch[];
  readonly subscriptions: readonly Subscription[];
  readonly live: readonly LiveListener[];
  readonly guards: readonly Guard[];
  readonly contributions: readonly { readonly point: ExtensionPoint<unknown>; readonly value: unknown }[];
  readonly jobs: readonly JobRegistration[];
  readonly providers: readonly { readonly contract: Contract<unknown>; readonly create: (ctx: Context) => unknown }[];
}

/** A durable subscription; `<module>:<name>` identifies it for ever. */
export interface Subscription {
  readonly module: string;
  readonly name: string;
  readonly event: EventDefinition;
  handle(ctx: TransactionContext, event: EventEnvelope<unknown>): Promise<void>;
}

/** Says which record an event is about, for browsers that look at it. */
export interface LiveListener {
  readonly module: string;
  readonly event: EventDefinition;
  subject(payload: unknown): { readonly entity: string; readonly id: string } | null;
}

/** A check inside the writing transaction. */
export interface Guard {
  readonly module: string;
  readonly entity: string;
  readonly verb: 'create' | 'update' | 'delete' | 'restore';
  check(ctx: TransactionContext, change: GuardedChange<unknown>): Promise<void>;
}

/** A job of a module; `<module>:<name>` is its task name. */
export interface JobRegistration {
  readonly module: string;
  readonly name: string;
  readonly schedule: JobSchedule;
  run(ctx: Context, payload: Readonly<Record<string, unknown>>): Promise<void>;
}
