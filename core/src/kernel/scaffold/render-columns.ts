import type { ExpectedColumn } from '../../records/expected-tables.js';
import { fileIdColumn } from '../../records/files/file-fields.js';
import { keptColumn } from '../../records/kept/kept-part.js';

/** Lines that declare one column; the currency beside an amount comes with the amount. */
export function columnLines(
  column: ExpectedColumn,
  tableOf: (entity: string) => string | undefined,
): readonly string[] {
  const { name, field } = column;
  if (field === null) return [isKept(column) ? 'keptAnswers(table);' : plainLine(column)];
  if (field.field.kind === 'money') return name === field.column ? [`money(table, '${name}');`] : [];
  return [fieldLine(column, field, tableOf)];
}

function fieldLine(
  column: ExpectedColumn,
  { name, target }: NonNullable<ExpectedColumn['field']>,
  tableOf: (entity: string) => string | undefined,
): string {
  if (column.name === fileIdColumn && name === 'id') return fileLine;
  const referenced = target === null ? undefined : tableOf(target);
  return referenced === undefined ? plainLine(column) : referenceLine(column, referenced);
}

/** A file stays as long as a record names it. */
const fileLine = `references(table, '${fileIdColumn}', 'core.files', { onDelete: 'restrict', required: true });`;

function plainLine(column: ExpectedColumn): string {
  return `table.${typeCall(column)}${nullCall(column)}${defaultCall(column)};`;
}

/** The column in which a row keeps its answer. */
export function isKept({ name, field }: ExpectedColumn): boolean {
  return field === null && name === keptColumn.name;
}

function nullCall({ notNull }: ExpectedColumn): string {
  return notNull === 'must' ? '.notNullable()' : '';
}

/** Line that indexes one column, as lists sort by it. */
export function indexLine({ name, isUnique }: ExpectedColumn): string {
  if (isUnique) return `table.uniqueIndex(['${name}'], { where: 'deleted_at is null' });`;
  return `table.index(['${name}', 'id'], { where: 'deleted_at is null' });`;
}

const actions = { cascade: 'cascade', restrict: 'restrict', clear: 'set null' } as const;

function referenceLine({ name, field, notNull }: ExpectedColumn, referenced: string): string {
  const onDelete = actions[field?.field.onDelete ?? 'clear'];
  const required = notNull === 'must' ? ', required: true' : '';
  return `references(table, '${name}', '${referenced}', { onDelete: '${onDelete}'${required} });`;
}

/** Makers of the table editor by the type PostgreSQL names. */
const makers: Readonly<Record<string, string>> = {
  uuid: 'uuid',
  text: 'text',
  integer: 'integer',
  bigint: 'bigInteger',
  boolean: 'boolean',
  date: 'date',
  'timestamp with time zone': 'timestamp',
  jsonb: 'jsonb',
  'text[]': 'textArray',
};

function typeCall({ name, type, scale }: ExpectedColumn): string {
  if (type === 'numeric') return `numeric('${name}', 19, ${scale ?? 4})`;
  const maker = makers[type];
  if (maker === undefined) throw new Error(`no column maker for the type ${type} of ${name}`);
  return `${maker}('${name}')`;
}

/** A declared default stands in the database too, so that rows which exist get it. */
function defaultCall({ field }: ExpectedColumn): string {
  const value = field?.field.default;
  if (value === undefined || value === null) return '';
  if (value === 'now' && field?.field.kind === 'dateTime') return ".defaultTo('now()')";
  return `.defaultTo(${JSON.stringify(sqlLiteral(value))})`;
}

function sqlLiteral(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `'{${value.map(String).join(',')}}'`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `'${text.replaceAll("'", "''")}'`;
}
