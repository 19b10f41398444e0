/** When a migration runs: `expand` instant DDL that old code survives · `data` in batches, resumable · `index`/`validate` outside a transaction, idempotent · `contract` once no process runs the old code. */
export type MigrationPhase = 'expand' | 'data' | 'index' | 'validate' | 'contract';

/** One change of the module's own schema, both ways, frozen once released. Identity is name + hash of its source. */
export interface Migration {
  /** `YYYYMMDDHHMMSS_kebab-name`; runs in this order. */
  readonly name: string;
  readonly phase: MigrationPhase;
  up(step: MigrationStep): Promise<void>;
  down?(step: MigrationStep): Promise<void>;
}

/** What a migration works with: its own schema only. The builders are those of `@trellis-crm/sdk/migrations/v1`. */
export interface MigrationStep {
  /** Name of the schema, `core` or `p_<plugin>`. */
  readonly schemaName: string;
  readonly schema: SchemaEditor;
  /** Runs constant SQL; `${schema}` is not replaced, names are qualified by the author. Values go into `bindings`. */
  readonly sql: (text: string, bindings?: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** `data` phase: calls `batch` in transactions of their own until it returns 0 rows done. */
  readonly inBatches: (batch: () => Promise<number>) => Promise<void>;
}

/** Creates, changes and drops tables of the module's schema. */
export interface SchemaEditor {
  createTable(name: string, build: (table: TableEditor) => void): Promise<void>;
  alterTable(name: string, build: (table: TableEditor) => void): Promise<void>;
  dropTable(name: string): Promise<void>;
}

/** A column being declared; nullable unless said otherwise. */
export interface ColumnEditor {
  notNullable(): ColumnEditor;
  unique(): ColumnEditor;
  /** Constant SQL literal or expression, for instance `now()` or `'open'`. */
  defaultTo(sql: string): ColumnEditor;
}

/** Columns by type. Names are snake_case. */
export interface TableEditor {
  uuid(name: string): ColumnEditor;
  text(name: string): ColumnEditor;
  integer(name: string): ColumnEditor;
  bigInteger(name: string): ColumnEditor;
  /** numeric(precision, scale) */
  numeric(name: string, precision: number, scale: number): ColumnEditor;
  boolean(name: string): ColumnEditor;
  date(name: string): ColumnEditor;
  /** timestamptz(3): whole milliseconds, so that a value survives the way through JSON. */
  timestamp(name: string): ColumnEditor;
  jsonb(name: string): ColumnEditor;
  textArray(name: string): ColumnEditor;
  bytea(name: string): ColumnEditor;
  /** Column `kept` with the trigger that empties it when anything else of its row changes. */
  kept(): void;
  primary(columns: readonly string[]): void;
  uniqueIndex(columns: readonly string[], options?: { readonly where?: string; readonly name?: string }): void;
  index(
    columns: readonly string[],
    options?: {
      readonly where?: string;
      readonly name?: string;
      readonly using?: 'btree' | 'gin';
      /** Columns kept beside the keys, so that reading them needs no row. */
      readonly include?: readonly string[];
    },
  ): void;
  /** Constant SQL condition. */
  check(name: string, condition: string): void;
  foreign(column: string, target: string, options: { readonly onDelete: 'cascade' | 'restrict' | 'set null' }): void;
  dropColumn(name: string): void;
}
