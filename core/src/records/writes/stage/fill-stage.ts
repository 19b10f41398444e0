import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Knex } from 'knex';
import { copyRows } from '../../../database/copy-rows.js';
import { stagedName, type RowColumn, type StagedTable, type StageRows } from '../staged-table.js';
import { textLiteral } from '../statement-text.js';
import { cellText, lineMaker } from './copy-lines.js';

/**
 * Makes and fills the tables that a statement reads. They belong to the connection, so nobody else sees them and nothing of them is
 * logged, and they are gone with the transaction, however it ends.
 */
export async function fillStage<Input>(
  trx: Knex.Transaction,
  tables: readonly StagedTable<Input>[],
  input: Input,
): Promise<void> {
  const stages = tables.map((table) => stageOf(table, table.rowsOf(input)));
  await trx.raw(stages.map(({ declaration }) => declaration.replaceAll('?', String.raw`\?`)).join(';\n'));
  for (const { copy, rows, columns } of stages) if (rows.count > 0) await copyRows(trx, copy, linesOf(rows, columns));
}

/** A table to be filled. */
interface Stage {
  readonly declaration: string;
  readonly copy: string;
  readonly rows: StageRows;
  /** Those that are copied. */
  readonly columns: readonly RowColumn[];
}

/** What is the same in every row is the default of its column: it is sent once, and read once. */
function stageOf<Input>(table: StagedTable<Input>, rows: StageRows): Stage {
  const first = rows.count === 0 ? {} : rows.at(0);
  const varying = table.columns.filter(({ name }) => !rows.isSame(name));
  const columns = varying.length > 0 ? varying : table.columns.slice(0, 1);
  const copied = new Set(columns);
  return {
    declaration: stageDeclaration(table, (column) => (copied.has(column) ? null : first[column.name])),
    copy: `copy ${stagedName(table)} (${columns.map((column) => `"${column.name}"`).join(', ')}) from stdin`,
    rows,
    columns,
  };
}

/**
 * What makes the table of a stage. Two statements of one transaction may bring different columns along, so an earlier one goes.
 * @param defaultOf what stands in each row of a column; null: not the same
 */
export function stageDeclaration<Input>(
  table: Pick<StagedTable<Input>, 'name' | 'columns'>,
  defaultOf: (column: RowColumn) => unknown = () => null,
): string {
  const columns = table.columns.map((column) => declarationOf(column, defaultOf(column)));
  return `drop table if exists ${stagedName(table)};
create temporary table "${table.name}" (${columns.join(', ')}) on commit drop`;
}

function declarationOf({ name, type }: RowColumn, value: unknown): string {
  const text = cellText(value, type);
  return `"${name}" ${type}${text === null ? '' : ` default ${textLiteral(text)}::${type}`}`;
}

/** Rows made into lines between two turns of the event loop. */
const rowsAtOnce = 500;

async function* linesOf(rows: StageRows, columns: readonly RowColumn[]): AsyncGenerator<string> {
  const lineOf = lineMaker(columns);
  for (let at = 0; at < rows.count; at += rowsAtOnce) {
    let lines = '';
    for (let next = at; next < Math.min(at + rowsAtOnce, rows.count); next += 1) lines += lineOf(rows.at(next));
    yield lines;
    await nextTurn();
  }
}
