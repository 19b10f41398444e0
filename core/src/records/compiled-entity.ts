import type { EntityDefinition, Extension, FieldMap } from '@trellis-crm/sdk';

/** One entity of a generation with everything that can be worked out once: the declaration, and the side tables active plugins hang on it. */
export interface CompiledEntity {
  readonly definition: EntityDefinition;
  /** `core` or `p_<plugin>` */
  readonly schemaName: string;
  readonly tableName: string;
  /** Path segment under `/api/v1/…` and of the pages: `accounts`, `sales/deals`. */
  readonly path: string;
  /** Fields that other modules added, by plugin id. */
  readonly extensions: ReadonlyMap<string, { readonly tableName: string; readonly fields: FieldMap }>;
}

/** An extension with the plugin that declares it. */
export interface OwnedExtension extends Extension {
  readonly plugin: string;
}
