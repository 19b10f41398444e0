import type { Context, TransactionContext } from './context.js';
import type { Contract } from './contract.js';
import type { EntityDefinition, RecordOf } from './entity.js';
import type { EventDefinition, EventEnvelope, PayloadOf } from './events.js';
import type { ExtensionPoint } from './extension-point.js';
import type { Id } from './identifiers.js';
import type { PageMap } from './pages.js';
import type { RouteMap } from './routes.js';
import type { BlockPatch, Panel, SlotContextOf, SlotDefinition } from './slot.js';

/** A record before and after the change a guard looks at; `before` is null for create, `after` for delete. */
export interface GuardedChange<E> {
  readonly before: RecordOf<E> | null;
  readonly after: RecordOf<E> | null;
}

/** Writes a guard can watch. */
export type GuardedVerb = 'create' | 'update' | 'delete' | 'restore';

/** When a job runs by itself: five-field cron in the workspace's time zone. Missed runs are not caught up. */
export interface JobSchedule {
  readonly cron?: string;
  /** Milliseconds until a run is given up and retried; 5 minutes unless told. */
  readonly timeoutMs?: number;
}

/** Where `register` says what the plugin adds. Declarations only: nothing here awaits or queries. */
export interface PluginHost {
  /** Offers a service to other plugins; `create` is called per consumer context. */
  provide<T>(contract: Contract<T>, create: (ctx: Context) => T): void;
  /** JSON under `/api/v1/<plugin>`. */
  routes(routes: RouteMap): void;
  /** HTML under `/<plugin>`. */
  pages(pages: PageMap): void;
  /** Fills a slot of another module's page. */
  panel<D extends SlotDefinition>(slot: D, panel: Panel<SlotContextOf<D>>): void;
  /** Inserts, replaces or hides a block of another module's page. */
  block(patch: BlockPatch): void;
  /** Durable subscription, run after commit in a transaction of its own. Plugin id + name identify it for ever. */
  on<E extends EventDefinition>(
    event: E,
    name: string,
    handle: (ctx: TransactionContext, event: EventEnvelope<PayloadOf<E>>) => Promise<void>,
  ): void;
  /** Tells browsers that look at a record that something happened to it; ids only, they fetch with their own rights. */
  live<E extends EventDefinition>(
    event: E,
    subject: (payload: PayloadOf<E>) => { readonly entity: string; readonly id: Id } | null,
  ): void;
  /** Runs in the writing transaction and may throw to refuse; it cannot change the record. */
  guard<E extends EntityDefinition>(
    entity: E,
    verb: GuardedVerb,
    check: (ctx: TransactionContext, change: GuardedChange<E>) => Promise<void>,
  ): void;
  /** The same for all records of one change at once: for guards that query, so that an import does not ask once per row. */
  guardAll<E extends EntityDefinition>(
    entity: E,
    verb: GuardedVerb,
    check: (ctx: TransactionContext, changes: readonly GuardedChange<E>[]) => Promise<void>,
  ): void;
  contribute<T>(point: ExtensionPoint<T>, value: T): void;
  job(
    name: string,
    schedule: JobSchedule,
    run: (ctx: Context, payload: Readonly<Record<string, unknown>>) => Promise<void>,
  ): void;
}
