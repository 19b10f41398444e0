import { runPrepared, type PreparedRow } from '../../database/prepared.js';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { allOf, bindingsOf, numbered, sql, type Sql } from '../sql.js';
import { fromClause } from './source.js';

/** What is selected beside the conditions. */
export interface RowSelection {
  /** `r.<column>` or a condition to be told about. */
  readonly columns: readonly (string | Sql)[];
  readonly conditions: readonly Sql[];
  /** What follows the conditions: order, limit, lock. Constant text. */
  readonly tail?: string;
}

/** Reads columns of records as they are stored, without rights of its own: for writes, which ask about more than an answer shows. */
export function selectRows(
  scope: Pick<ReadScope, 'db'>,
  entity: CompiledEntity,
  { columns, conditions, tail = '' }: RowSelection,
): Promise<readonly PreparedRow[]> {
  const pieces = [...columns.map((column) => (typeof column === 'string' ? sql(column) : column)), allOf(conditions)];
  const key = ['select', ...pieces.map(({ text }) => text), tail].join('|');
  const statement = entity.reads.get(key, () => {
    const texts = numbered(pieces);
    const plugins = pieces.flatMap((piece) => piece.plugins);
    return `select ${texts.slice(0, -1).join(', ')} ${fromClause(entity, plugins)} where ${texts.at(-1) ?? ''} ${tail}`;
  });
  return runPrepared(scope.db, statement, bindingsOf(pieces));
}
