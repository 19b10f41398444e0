import type { ColumnEditor, MigrationPhase, TableEditor } from '@trellis-crm/sdk/migrations/v1';
import type { Knex } from 'knex';
import { keptColumnStatements } from '../kept-column.js';
import { fittingName, quoteName, quoteQualified } from './identifier.js';

/** A table being created or changed. How constraints and indexes are written differs with the phase and the age of the table. */
export interface EditedTable {
  readonly knex: Knex;
  readonly schemaName: string;
  readonly name: string;
  readonly phase: MigrationPhase;
  /** It has no rows that matter: it was created in this very transaction. */
  readonly isNew: boolean;
  /** Statements that follow the one knex builds for the columns: what it cannot say (NOT VALID, CONCURRENTLY, descending keys). */
  readonly statements: string[];
}

/** Offers the SDK's table builder over knex's. */
export function createTableEditor(columns: Knex.TableBuilder, table: EditedTable): TableEditor {
  const column = (builder: Knex.ColumnBuilder): ColumnEditor => columnEditor(table.knex, builder);
  const constrain = (name: string, definition: string): void => {
    table.statements.push(constraint(table, name, definition));
  };
  const addIndex = (kind: 'unique' | 'index', keys: readonly string[], options: IndexOptions = {}): void => {
    const beside = options.include === undefined ? [] : ['with', ...options.include];
    const name = options.name ?? fittingName(table.name, ...keys.map(keyName), ...beside, kind);
    table.statements.push(...index(table, { ...options, name, keys, isUnique: kind === 'unique' }));
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
    // Core may have done so already for a plugin that did not declare it before.
    kept: () => void table.statements.push(...keptColumnStatements(targetOf(table))),
    primary: (keys) => void columns.primary([...keys]),
    uniqueIndex: (keys, options) => addIndex('unique', keys, options),
    index: (keys, options) => addIndex('index', keys, options),
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
  readonly include?: readonly string[];
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
function constraint(table: EditedTable, name: string, definition: string): string {
  const target = targetOf(table);
  if (table.phase === 'validate') return `alter table ${target} validate constraint ${quoteName(name)}`;
  return `alter table ${target} add constraint ${quoteName(name)} ${definition}${table.isNew ? '' : ' not valid'}`;
}

interface IndexPlan extends IndexOptions {
  readonly name: string;
  readonly keys: readonly string[];
  readonly isUnique: boolean;
}

/** In the `index` phase built without a lock; what a crash left half-built goes first, or `if not exists` would keep it. */
function index(table: EditedTable, plan: IndexPlan): readonly string[] {
  const { name, keys, isUnique, where, using = 'btree', include = [] } = plan;
  const concurrently = table.phase === 'index';
  const head = `create ${isUnique ? 'unique ' : ''}index ${concurrently ? 'concurrently if not exists ' : ''}${quoteName(name)}`;
  const beside = include.length === 0 ? '' : ` include (${include.map(quoteName).join(', ')})`;
  const rest = `using ${using} (${keys.map(keySql).join(', ')})${beside}${where === undefined ? '' : ` where ${where}`}`;
  const build = `${head} on ${targetOf(table)} ${rest}`;
  return concurrently ? [`${dropInvalid}${quoteName(table.schemaName)}.${quoteName(name)}`, build] : [build];
}

function targetOf({ schemaName, name }: EditedTable): string {
  return `${quoteName(schemaName)}.${quoteName(name)}`;
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
