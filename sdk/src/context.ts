import type { Contract, OptionalContract } from './contract.js';
import type { EntityDefinition } from './entity.js';
import type { EventDefinition, PayloadOf } from './events.js';
import type { ExtensionPoint } from './extension-point.js';
import type { Format } from './format.js';
import type { MailRoom } from './mail.js';
import type { Notice, NoticeReceiver } from './notices.js';
import type { Actor, PermissionKey, Policy } from './permissions.js';
import type { QueryOf } from './query.js';
import type { Records } from './records.js';
import type { SettingsDefinition, SettingsOf } from './settings.js';

/** Time source; the harness puts a fake one in its place. */
export interface Clock {
  now(): Date;
}

/** Structured log of the plugin; fields carry ids, never names, addresses or bodies. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Work for later, enqueued in the current transaction when there is one. */
export interface JobQueue {
  /** @param options `key` replaces a waiting job of the same key; `runAt` ISO 8601 */
  add(name: string, payload?: object, options?: { readonly key?: string; readonly runAt?: string }): Promise<void>;
}

/** Facts about the workspace that anybody may know. */
export interface WorkspaceInfo {
  readonly name: string;
  /** ISO 4217. */
  readonly baseCurrency: string;
  /** IANA name; schedules and dates without a user's zone follow it. */
  readonly timeZone: string;
  readonly locale: string;
  /** Base of all links, without a slash at the end. */
  readonly publicUrl: string;
}

/** All that plugin code gets: what it may read and do, as whom, and the services of the host. Valid during the call it was made for. */
export interface Context {
  readonly actor: Actor;
  readonly workspace: WorkspaceInfo;
  readonly clock: Clock;
  readonly log: Logger;
  readonly jobs: JobQueue;
  readonly mail: MailRoom;
  /** Text of the plugin's catalogue (or of core's, by `core:key`) in the actor's locale. */
  t(key: string, values?: Readonly<Record<string, unknown>>): string;
  /** For texts made in code; templates have helpers of their own. */
  readonly format: Format;
  /** Values of the plugin's settings, defaults filled in. */
  settings<D extends SettingsDefinition>(definition: D): SettingsOf<D>;
  records<E extends EntityDefinition>(entity: E): Records<E>;
  query<E extends EntityDefinition>(entity: E): QueryOf<E>;
  /** Runs `fn` in a transaction; joins the one under way, and an error inside makes that one roll back whatever catches it. */
  tx<T>(fn: (tx: TransactionContext) => Promise<T>): Promise<T>;
  /** A service of another plugin. @throws PluginError `contract_not_declared` when the manifest does not require it */
  use<T>(contract: Contract<T>): T;
  use<T>(contract: OptionalContract<T>): T | undefined;
  /** What the active plugins contributed to an extension point of this plugin, in order of plugin id. */
  contributions<T>(point: ExtensionPoint<T>): readonly T[];
  /** Whether the actor holds a right, and for a record whether it lies within the right's reach. */
  can(permission: PermissionKey, record?: object): boolean;
  /** @throws ForbiddenError, with the policy's code when its rule refuses */
  authorize(permission: PermissionKey, record?: object): void;
  authorize<R extends object>(policy: Policy<R>, record: R): void;
  /** The same context, writing own entities without the generic rights, read-only fields included. Only after `authorize`. */
  elevated(): this;
}

/** A context inside a transaction. */
export interface TransactionContext extends Context {
  /** Stores an event that is delivered after commit. @throws ValidationError when the payload breaks its schema */
  emit<E extends EventDefinition>(event: E, payload: PayloadOf<E>): Promise<void>;
  /**
   * Tells people after the commit, by the channels each of them chose.
   * @param kind one that the plugin contributed to `NotificationKinds`, `<plugin>.<id>`
   * @throws PluginError `kind_not_declared`
   */
  notify(to: NoticeReceiver, kind: string, notice?: Notice): Promise<void>;
}
