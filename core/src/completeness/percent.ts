import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { textLiteral } from '../records/sql.js';
import { jsonValue } from '../records/statements/json-value.js';
import { columnSql, entriesFrom } from '../records/statements/source.js';

/**
 * SQL of how complete the record read is, in whole percent: the same as {@link completenessOf} works out, by the weights there are when it
 * runs. What each field counts is looked up once for all records. @param counted fields that may count for this reader
 */
export function percentSql(entity: CompiledEntity, counted: readonly CompiledField[]): string {
  if (counted.length === 0) return '100';
  const weights = weightsSql(entity);
  const filled = counted.map((field) => `case when ${isFilled(field)} then ${weightSql(weights, field)} else 0 end`);
  const known = counted.map(({ path }) => textLiteral(path)).join(', ');
  const all = `(select sum(w.weight::numeric) from jsonb_each_text(${weights}) w(path, weight) where w.path in (${known}))`;
  return `coalesce(round(100 * (${filled.join(' + ')}) / nullif(${all}, 0)), 100)`;
}

/** What was decided, or what the declaration says. */
function weightsSql({ definition: { id, completeness = {} } }: CompiledEntity): string {
  const decided = `(select c.weights from core.completeness_weights c where c.entity = ${textLiteral(id)})`;
  return `coalesce(${decided}, ${textLiteral(JSON.stringify(completeness))}::jsonb)`;
}

function weightSql(weights: string, { path }: CompiledField): string {
  return `(select coalesce(${weights} ->> ${textLiteral(path)}, '0')::numeric)`;
}

function isFilled(field: CompiledField): string {
  const { kind } = field.field;
  if (field.list !== null) return `exists (select 1 ${entriesFrom(field.list)})`;
  if (kind === 'choices') return `cardinality(${columnSql(field)}) > 0`;
  if (kind === 'money') return `${jsonValue(field, '')} is not null`;
  if (kind === 'json') return `(${jsonValue(field, '')})::jsonb not in ('null', '""', '[]')`;
  return texts.has(kind) ? `${columnSql(field)} <> ''` : `${columnSql(field)} is not null`;
}

const texts: ReadonlySet<Field['kind']> = new Set(['text', 'longText', 'email', 'phone', 'url', 'choice']);
