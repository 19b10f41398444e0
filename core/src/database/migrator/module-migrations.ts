import type { Migration } from '@trellis-crm/sdk';

/** The migrations of one module, with the identity each had when it was built. */
export interface ModuleMigrations {
  /** `core` or the plugin id. */
  readonly module: string;
  /** `core` or `p_<plugin>`. */
  readonly schemaName: string;
  /** In the order of their names. */
  readonly migrations: readonly Migration[];
  /** SHA-256 of each migration's source, by name. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** Schema of a module: `core`, or `p_` and the plugin id in snake case. */
export function schemaOf(module: string): string {
  return module === 'core' ? 'core' : `p_${module.replaceAll('-', '_')}`;
}
