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
  const target = entity.definition.id;
  const belonging = [...scope.generation.entities.values()].flatMap((other) =>
    reachFor(scope, other, 'read') === null
      ? []
      : other.fieldList.flatMap((field) => belongingPiece(scope, other, field, { target, id }) ?? []),
  );
  return [own, ...belonging];
}

function belongingPiece(
  scope: ReadScope,
  other: CompiledEntity,
  field: CompiledField,
  { target, id }: { readonly target: string; readonly id: Id },
): Sql | null {
  const ref = field.list?.items.find((item) => isBelonging(item, target)) ?? field;
  if (field.plugin !== null || !isBelonging(ref, target)) return null;
  const { list } = field;
  const from =
    list === null ? '' : ` join ${quoted(list.schemaName, list.tableName)} e on e.${quoted(list.ownerColumn)} = r."id"`;
  const column = `${list === null ? 'r' : 'e'}.${quoted(ref.column)}`;
  const condition = allOf([sql(`${column} = ?::uuid`, [id]), visibleRecords(scope, other)]);
  const name = textLiteral(other.definition.id);
  return { ...condition, text: `select ${name}, r."id" from ${tableOf(other)} r${from} where ${condition.text}` };
}

function isBelonging({ target, field }: CompiledField, wanted: string): boolean {
  return target === wanted && field.onDelete === 'cascade';
}
