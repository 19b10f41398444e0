import type { TransactionContext } from './context.js';
import type { EntityDefinition, Extension } from './entity.js';
import type { EventDefinition } from './events.js';
import type { ExtensionPoint } from './extension-point.js';
import type { PluginHost } from './host.js';
import type { Migration } from './migration.js';
import type { PermissionMap } from './permissions.js';
import type { SettingsDefinition } from './settings.js';
import type { SlotDefinition } from './slot.js';

/** The table of contents of a plugin: what is not listed here does not exist. */
export interface PluginDefinition {
  readonly entities?: readonly EntityDefinition[];
  readonly extend?: readonly Extension[];
  readonly emits?: readonly EventDefinition[];
  /** Slots on this plugin's pages that others may fill. */
  readonly slots?: readonly SlotDefinition[];
  /** Extension points of this plugin that others may contribute to. */
  readonly points?: readonly ExtensionPoint<unknown>[];
  readonly permissions?: PermissionMap;
  readonly settings?: SettingsDefinition;
  readonly migrations?: readonly Migration[];
  /** Rows every workspace with this plugin needs; runs once, after the first `expand`, in the enabling transaction. */
  readonly seed?: Seed;
  /** Demo rows, marked and removable; at most 50. */
  readonly demo?: Seed;
  register(host: PluginHost): void;
}

/** Writes first rows through the ordinary record layer, as the plugin. */
export type Seed = (ctx: TransactionContext) => Promise<void>;

/**
 * Declares a plugin; the package's `index.ts` exports it by default.
 * @example export default definePlugin({ entities: [Deal], migrations, register(host) { host.routes(dealRoutes); } });
 * @since 0.1.0
 */
export function definePlugin(definition: PluginDefinition): PluginDefinition {
  return definition;
}
