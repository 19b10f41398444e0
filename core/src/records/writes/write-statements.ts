import type { CompiledEntity, CompiledField, CompiledList } from '../compiled-entity.js';
import { recordAlias } from '../compile-fields.js';
import { sentKeptColumn, storedKept } from '../kept/kept-part.js';
import { quoted, schemaNameOf } from '../names.js';
import { columnsOf, type Column } from './columns.js';
import { constantSubject, historyParts, sharedValues, type SharedValues } from './history-parts.js';
import { manyGate } from './gate-of-many.js';
import { oneGate } from './gate-of-one.js';
import { searchColumns } from '../search/search-statements.js';
import { searchPart } from './search-part.js';
import { RowSources } from './row-sources.js';
import { StatementText } from './statement-text.js';
import type { WriteGate } from './write-gate.js';
import {
  beforeColumn,
  notedColumns,
  type CheckedTables,
  type WriteInput,
  type WriteShape,
  type WriteStatement,
} from './write-shape.js';

/** What the statements of an entity are made of. */
export type WrittenEntity = Pick<CompiledEntity, 'definition' | 'schemaName' | 'tableName' | 'fields' | 'extensions'>;

/**
 * Writes records with their lists and side rows, their audit rows, events and pending rows: one statement, which does all of it or
 * nothing. Its text does not depend on the number of records, only on how their rows arrive ({@link RowsForm}). It answers with one row:
 * whether everything asked was in order, how many records were written, the owners, and what may be referred to if not.
 */
export function writeStatement(entity: WrittenEntity, shape: WriteShape, tables: CheckedTables): WriteStatement {
  const text = new StatementText<WriteInput>();
  const shared = sharedValues(text);
  const sources = new RowSources(text, shape.form);
  const gate = (shape.form === 'one' ? oneGate : manyGate)({ entity, shape, text, tables });
  const part: Part = { entity, shape, text, shared, gate, sources };
  const record = recordPart(part);
  const expressions = [
    givenPart(part, record.columns),
    ...gate.expressions,
    ...record.expressions,
    ...shape.sides.flatMap((plugin) => sidePart(part, plugin)),
    ...shape.lists.flatMap((path, position) => listPart(part, path, position)),
    ...searchPart(entity.definition, shape.search, gate.created),
    ...historyParts(text, shared, constantSubject(entity.definition, shape.change), record.source),
  ];
  const statement = text.finish([`with ${expressions.join(',\n')}`, gate.answer(record.count)]);
  return { ...statement, staged: sources.staged };
}

interface Part {
  readonly entity: WrittenEntity;
  readonly shape: WriteShape;
  readonly text: StatementText<WriteInput>;
  readonly shared: SharedValues;
  readonly gate: WriteGate;
  readonly sources: RowSources<WriteInput>;
}

/** How the records themselves are written. */
interface RecordPart {
  /** Columns that each given row brings along. */
  readonly columns: readonly Column[];
  readonly expressions: readonly string[];
  /** Where history finds what was written. */
  readonly source: string;
  /** Number of records written. */
  readonly count: string;
}

const id: Column = { name: 'id', type: 'uuid' };

function givenPart({ shape, sources }: Part, columns: readonly Column[]): string {
  const searched = shape.search === 'added' || shape.search === 'saved' ? searchColumns : [];
  return sources.given(
    [...columns, ...notedColumns, ...searched],
    (input) => input.rows,
    (input) => input.stageRows,
  );
}

function recordPart(part: Part): RecordPart {
  if (part.shape.change === 'created') return insertPart(part);
  if (part.shape.change === 'updated') return updatePart(part);
  return markPart(part);
}

function insertPart({ entity, gate }: Part): RecordPart {
  const columns = ownColumns(entity);
  const { from, team } = gate.created;
  const values = columns.map((column) => {
    if (column === sentKeptColumn) return storedKept(sent(column), entity.definition.owned ? team : null);
    return column.name === 'team_id' ? team : sent(column);
  });
  return {
    columns,
    expressions: [
      `written as (
  insert into ${tableOf(entity)} (${names(columns)})
  select ${values.join(', ')} from ${from}
)`,
    ],
    source: gate.admit('given s'),
    count: '(select count(*) from given)',
  };
}

/** `created_*` and the id never change. */
function updatePart({ entity, gate }: Part): RecordPart {
  const changing = ownColumns(entity).filter(({ name }) => !['id', 'created_at', 'created_by'].includes(name));
  const sets = changing.map((column) => {
    const value = column === sentKeptColumn ? storedKept(sent(column), null) : sent(column);
    return `${quoted(column.name)} = ${value}`;
  });
  return {
    columns: [id, ...changing, beforeColumn],
    expressions: [changedPart(entity, sets, gate.admit('given n', 'n."id" = r."id"', 'r."version" = n."~before"'))],
    source: 'written s',
    count: '(select count(*) from written)',
  };
}

/** Into the trash under this change set, or out of it. */
function markPart({ entity, shape, text, shared, gate }: Part): RecordPart {
  const isTrashed = shape.change === 'trashed';
  const user = text.value('uuid', ({ identity }) => identity.userId);
  const sets = [
    `"deleted_at" = ${isTrashed ? shared.now : 'null'}`,
    `"deleted_with" = ${isTrashed ? shared.changeSet : 'null'}`,
    '"version" = r."version" + 1',
    `"updated_at" = ${shared.now}`,
    `"updated_by" = ${user}`,
  ];
  return {
    columns: [id, beforeColumn],
    expressions: [changedPart(entity, sets, gate.admit('given n', 'n."id" = r."id"'))],
    source: 'written s',
    count: '(select count(*) from written)',
  };
}

function changedPart(entity: WrittenEntity, sets: readonly string[], from: string): string {
  const noted = notedColumns.map(({ name }) => `n."${name}"`);
  return `written as (
  update ${tableOf(entity)} r set ${sets.join(', ')}
  from ${from}
  returning r."id", r."version", ${noted.join(', ')}
)`;
}

/** A side table's row comes into being when one of its fields is first given a value. */
function sidePart({ entity, gate, sources }: Part, plugin: string): string[] {
  const side = entity.extensions.get(plugin);
  if (side === undefined) return [];
  const fields = [...entity.fields.values()].filter((field) => field.plugin === plugin);
  const columns = [{ name: 'record_id', type: 'uuid' }, ...fields.flatMap(columnsOf), sentKeptColumn];
  const rows = sources.perRecord(`side_${plugin}`, columns, ({ sides }) => sides.get(plugin) ?? []);
  const values = columns.map((column) => (column === sentKeptColumn ? storedKept(sent(column), null) : sent(column)));
  const sets = columns.slice(1).map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`);
  const table = quoted(schemaNameOf(plugin), side.tableName);
  return [
    `side_${plugin.replaceAll('-', '_')} as (
  insert into ${table} (${names(columns)}) select ${values.join(', ')} from ${gate.admit(rows)}
  on conflict (record_id) do update set ${sets.join(', ')}
)`,
  ];
}

/** The entries there were go before the new ones come: reading their number makes PostgreSQL delete first. */
function listPart({ entity, shape, text, gate, sources }: Part, path: string, position: number): string[] {
  const list = entity.fields.get(path)?.list;
  if (list === undefined || list === null) return [];
  const cleared = `cleared_${position}`;
  const columns = listColumns(list);
  const rows = sources.from(`list_${position}`, columns, ({ lists }) => lists.get(path)?.rows ?? []);
  const isNew = shape.change === 'created';
  const admitted = isNew ? gate.admit(rows) : gate.admit(rows, `(select count(*) from ${cleared}) >= 0`);
  const insert = `list_${position} as (
  insert into ${quoted(list.schemaName, list.tableName)} (${names(columns)})
  select ${names(columns)} from ${admitted}
)`;
  if (isNew) return [insert];
  const owners = text.value('uuid[]', ({ lists }) => lists.get(path)?.owners ?? []);
  const clear = `${cleared} as (
  delete from ${quoted(list.schemaName, list.tableName)} where ${quoted(list.ownerColumn)} = any(${owners}) and ${gate.isOpen} returning 1
)`;
  return [clear, insert];
}

function listColumns(list: CompiledList): readonly Column[] {
  return [
    { name: list.ownerColumn, type: 'uuid' },
    { name: 'position', type: 'integer' },
    ...[...list.items, ...list.beside].flatMap(columnsOf),
  ];
}

function ownColumns({ fields }: WrittenEntity): readonly Column[] {
  const own = ({ alias, path }: CompiledField): boolean => alias === recordAlias && path !== 'deletedAt';
  return [...[...fields.values()].filter(own).flatMap(columnsOf), sentKeptColumn];
}

function sent({ name }: Column): string {
  return `n.${quoted(name)}`;
}

function tableOf({ schemaName, tableName }: WrittenEntity): string {
  return quoted(schemaName, tableName);
}

function names(columns: readonly Column[]): string {
  return columns.map(({ name }) => quoted(name)).join(', ');
}
