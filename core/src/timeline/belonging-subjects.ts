import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { quoted } from '../records/names.js';
import type { ReadScope } from '../records/record-scope.js';
import { reachFor, visibleRecords } from '../records/rights.js';
import { allOf, sql, textLiteral, type Sql } from '../records/sql.js';
import { tableOf } from '../records/statements/source.js';

/**
 * Records whose activities stand on a record's timeline, as pieces of a union of (entity, record_id): itself, and what belongs to it. That
 * is what refers to it and would not be without it (`onDelete: 'cascade'`): contacts and deals of an account. Only what the reader may see.
 */
export function subjectPieces(scope: ReadScope, entity: CompiledEntity, id: Id): readonly Sql[] {
  const own = sql('select ?::text as entity, ?::uuid as record_id', [entity.definition.id, id]);
  return [
    own,
    ...belongingPieces(scope, entity, { isOne: (column) => sql(`${column} = ?::uuid`, [id]), root: () => '' }),
  ];
}

/** The same for many records at once, as pieces of a union of (root, entity, record_id). */
export function rootedSubjectPieces(scope: ReadScope, entity: CompiledEntity, ids: readonly Id[]): readonly Sql[] {
  const text = 'select s.id as root, ?::text as entity, s.id as record_id from unnest(?::uuid[]) s(id)';
  const isOne = (column: string): Sql => sql(`${column} = any(?::uuid[])`, [[...ids]]);
  const belonging = belongingPieces(scope, entity, { isOne, root: (column) => `${column}, ` });
  return [sql(text, [entity.definition.id, [...ids]]), ...belonging];
}

/** What the records are found by to which others belong. */
interface Roots {
  /** Condition on the column that names them. */
  isOne(column: string): Sql;
  /** What is selected of it. */
  root(column: string): string;
}

function belongingPieces(scope: ReadScope, { definition }: CompiledEntity, roots: Roots): readonly Sql[] {
  return [...scope.generation.entities.values()].flatMap((other) =>
    reachFor(scope, other, 'read') === null
      ? []
      : other.fieldList.flatMap((field) => belongingPiece(scope, other, field, { target: definition.id, roots }) ?? []),
  );
}

function belongingPiece(
  scope: ReadScope,
  other: CompiledEntity,
  field: CompiledField,
  { target, roots }: { readonly target: string; readonly roots: Roots },
): Sql | null {
  const ref = field.list?.items.find((item) => isBelonging(item, target)) ?? field;
  if (field.plugin !== null || !isBelonging(ref, target)) return null;
  const { list } = field;
  const from =
    list === null ? '' : ` join ${quoted(list.schemaName, list.tableName)} e on e.${quoted(list.ownerColumn)} = r."id"`;
  const column = `${list === null ? 'r' : 'e'}.${quoted(ref.column)}`;
  const condition = allOf([roots.isOne(column), visibleRecords(scope, other)]);
  const columns = `${roots.root(column)}${textLiteral(other.definition.id)}, r."id"`;
  return { ...condition, text: `select ${columns} from ${tableOf(other)} r${from} where ${condition.text}` };
}

function isBelonging({ target, field }: CompiledField, wanted: string): boolean {
  return target === wanted && field.onDelete === 'cascade';
}
