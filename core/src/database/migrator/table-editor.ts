import type { ColumnEditor, MigrationPhase, TableEditor } from '@trellis-crm/sdk/migrations/v1';
import type { Knex } from 'knex';
import { fittingName, quoteName, quoteQualified } from './identifier.js';

/** How constraints and indexes are written, which differs with the phase and the age of the table. */
export interface TableMode {
  readonly phase: MigrationPhase;
  /** The table has no rows that matter: it was created in this very transaction. */
  readonly isNew: boolean;
}

/** Statements that follow the one knex builds for the columns. */
export type Statements = string[];

/** Offers the SDK's table builder over knex's; what knex cannot say (NOT VALID, CONCURRENTLY, descending keys) goes to `statements`. */
export function createTableEditor(
  knex: Knex,
  columns: Knex.TableBuilder,
  table: { readonly schemaName: string; readonly name: string },
  mode: TableMode,
  statements: Statements,
): TableEditor {
  const target = `${quoteName(table.schemaName)}.${quoteName(table.name)}`;
  const column = (builder: Knex.ColumnBuilder): ColumnEditor => columnEditor(knex, builder);
  const constrain = (name: string, definition: string): void => {
    statements.push(...constraint(target, name, definition, mode));
  };
  const addIndex = (unique: boolean, keys: readonly string[], options: IndexOptions = {}): void => {
    const name = options.name ?? fittingName(table.name, ...keys.map(keyName), unique ? 'unique' : 'index');
    statements.push(...index(table.schemaName, target, name, unique, keys, options, mode));
  };
  return {
    uuid: (name) => column(columns.uuid(name)),
    text: (name) => column(columns.text(name)),
    integer: (name) => column(columns.integer(name)),
    bigInteger: (name) => column(columns.bigInteger(name)),
    numeric: (name, precision, scale) => column(columns.decimal(name, precision, scale)),
    boolean: (name) => column(columns.boolean(name)),
    date: (name) => column(columns.date(name)),
    timestamp: (name) => column(columns.specificType(name, 'timestamptz(3)')),
    jsonb: (name) => column(columns.jsonb(name)),
    textArray: (name) => column(columns.specificType(name, 'text[]')),
    bytea: (name) => column(columns.binary(name)),
    primary: (keys) => void columns.primary([...keys]),
    uniqueIndex: (keys, options) => addIndex(true, keys, options),
    index: (keys, options) => addIndex(false, keys, options),
    check: (name, condition) => constrain(name, `check (${condition})`),
    foreign: (name, referenced, options) =>
      constrain(
        fittingName(table.name, name, 'foreign'),
        `foreign key (${quoteName(name)}) references ${quoteQualified(referenced)} on delete ${options.onDelete}`,
      ),
    dropColumn: (name) => void columns.dropColumn(name),
  };
}

interface IndexOptions {
  readonly where?: string;
  readonly name?: string;
  readonly using?: 'btree' | 'gin';
}

function columnEditor(knex: Knex, builder: Knex.ColumnBuilder): ColumnEditor {
  const editor: ColumnEditor = {
    notNullable: () => (builder.notNullable(), editor),
    unique: () => (builder.unique(), editor),
    defaultTo: (sql) => (builder.defaultTo(knex.raw(sql.replaceAll('?', '\\?'))), editor),
  };
  return editor;
}

/** Old tables get it NOT VALID, which is instant; the `validate` phase states it again and so checks the old rows without a lock. */
function constraint(target: string, name: string, definition: string, mode: TableMode): readonly string[] {
  if (mode.phase === 'validate') return [`alter table ${target} validate constraint ${quoteName(name)}`];
  return [`alter table ${target} add constraint ${quoteName(name)} ${definition}${mode.isNew ? '' : ' not valid'}`];
}

/** In the `index` phase built without a lock; what a crash left half-built goes first, or `if not exists` would keep it. */
function index(
  schemaName: string,
  target: string,
  name: string,
  unique: boolean,
  keys: readonly string[],
  { where, using = 'btree' }: IndexOptions,
  mode: TableMode,
): readonly string[] {
  const concurrently = mode.phase === 'index';
  const head = `create ${unique ? 'unique ' : ''}index ${concurrently ? 'concurrently if not exists ' : ''}${quoteName(name)}`;
  const build = `${head} on ${target} using ${using} (${keys.map(keySql).join(', ')})${where === undefined ? '' : ` where ${where}`}`;
  return concurrently ? [`${dropInvalid}${quoteName(schemaName)}.${quoteName(name)}`, build] : [build];
}

/** Marks a statement that the runner executes only when the index it names is invalid. */
export const dropInvalid = 'drop index concurrently if exists ';

const plainKey = /^([a-z_][a-z0-9_]*)((?: asc| desc)?(?: nulls (?:first|last))?)$/;

function keySql(key: string): string {
  const [, column, order] = plainKey.exec(key) ?? [];
  return column === undefined ? key : `${quoteName(column)}${order ?? ''}`;
}

function keyName(key: string): string {
  return plainKey.exec(key)?.[1] ?? key;
}
