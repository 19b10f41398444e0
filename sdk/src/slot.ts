import type { Static, TSchema } from '@sinclair/typebox';
import type { Context } from './context.js';
import type { PermissionKey } from './permissions.js';

/** A place on a page that plugins fill with panels; its context tells them what the page is about. */
export interface SlotDefinition<S extends TSchema = TSchema> {
  /** `<module>.<name>` */
  readonly id: `${string}.${string}`;
  readonly context: S;
}

/** Context type of a slot. */
export type SlotContextOf<D> = D extends SlotDefinition<infer S> ? Static<S> : never;

/** One card in a slot, loaded beside the others with a time-out of its own; one that fails shows a small card that says so. */
export interface Panel<C = unknown> {
  /** Unique within the plugin. */
  readonly id: string;
  /** Catalogue key of the heading. */
  readonly title: string;
  readonly icon?: string;
  /** Right without which the panel is not there. */
  readonly permission: PermissionKey;
  /** Lower is higher; 100 unless told. */
  readonly order?: number;
  /** Milliseconds until the panel is given up; 2,000 unless told. */
  readonly timeoutMs?: number;
  /** Template below the plugin's `views/`. */
  readonly template: string;
  /** Template context, or null to leave the panel out. */
  load(ctx: Context, context: C): Promise<object | null>;
}

/** Changes the blocks of another module's page; a missing target leaves the page as it is. */
export interface BlockPatch {
  /** `core.<plural>-list|record|form` or the id another plugin documents. */
  readonly page: string;
  readonly op: 'insert' | 'replace' | 'hide';
  /** Block that is replaced, hidden, or after which a new one goes. */
  readonly block: string;
  readonly template?: string;
  load?(ctx: Context, page: Readonly<Record<string, unknown>>): Promise<object | null>;
}

/**
 * Declares a slot.
 * @example export const AccountPanels = defineSlot('core.account-panels', Type.Object({ accountId: Uuid }));
 * @since 0.1.0
 */
export function defineSlot<S extends TSchema>(id: `${string}.${string}`, context: S): SlotDefinition<S> {
  return { id, context };
}

/** Describes a panel so that its context is typed by the slot. @since 0.1.0 */
export function definePanel<D extends SlotDefinition>(
  _slot: D,
  panel: Panel<SlotContextOf<D>>,
): Panel<SlotContextOf<D>> {
  return panel;
}
