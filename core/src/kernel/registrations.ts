import type {
  BlockPatch,
  Context,
  Contract,
  EventDefinition,
  EventEnvelope,
  ExtensionPoint,
  GuardedChange,
  GuardedVerb,
  JobSchedule,
  PageMap,
  Panel,
  PermissionKey,
  PluginDefinition,
  RouteMap,
  SlotDefinition,
  TransactionContext,
} from '@trellis-crm/sdk';

/** A module's code with the facts that stand in its `package.json`. */
export interface ModuleSource {
  /** `core` or the plugin id. */
  readonly module: string;
  readonly version: string;
  /** Name for people. */
  readonly title: string;
  /** Folder of the package, with `views` and `locales`; null for a module made in memory, which has neither. */
  readonly folder: string | null;
  /** Version ranges of the plugins it cannot do without, by id. */
  readonly requires: Readonly<Record<string, string>>;
  /** Version ranges of the plugins it makes use of when they are there, by id. */
  readonly optional: Readonly<Record<string, string>>;
  /** Rights on other modules' entities that it holds when it acts as itself. */
  readonly capabilities: readonly PermissionKey[];
  readonly definition: PluginDefinition;
}

/** What one module (core or a plugin) registered, with types erased; the host checked each value against its declaration. */
export interface Registrations extends ModuleSource {
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
  readonly verb: GuardedVerb;
  /** Looks at all records of one change; throws to refuse it. */
  check(ctx: TransactionContext, changes: readonly GuardedChange<unknown>[]): Promise<void>;
}

/** A job of a module; `<module>:<name>` is its task name. */
export interface JobRegistration {
  readonly module: string;
  readonly name: string;
  readonly schedule: JobSchedule;
  run(ctx: Context, payload: Readonly<Record<string, unknown>>): Promise<void>;
}
