import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { textLiteral } from '../records/sql.js';
import { recordText } from '../records/statements/record-text.js';
import { completenessPath } from './completeness-part.js';

/**
 * SQL of a record's JSON with how complete it is as the last member: the same percentage as {@link completenessOf} works out, by the weights
 * there are when it runs. @param counted fields that may count for this reader. @param record SQL of the JSON without it, one member at least
 */
export function withCompletenessText(
  entity: CompiledEntity,
  counted: readonly CompiledField[],
  record: string,
): string {
  const { id, completeness = {} } = entity.definition;
  const values = recordText(entity, counted, [], { source: 'built', prefix: '' });
  const value = `coalesce(d.record #> string_to_array(w.path, '.'), 'null')`;
  const isFilled = `${value} not in ('null'::jsonb, '""'::jsonb, '[]'::jsonb)`;
  const known = counted.map(({ path }) => textLiteral(path)).join(', ');
  const decided = `(select c.weights from core.completeness_weights c where c.entity = ${textLiteral(id)})`;
  const weights = `coalesce(${decided}, ${textLiteral(JSON.stringify(completeness))}::jsonb)`;
  const percent = `select round(100 * coalesce(sum(w.weight::numeric) filter (where ${isFilled}), 0) / nullif(sum(w.weight::numeric), 0))
    from jsonb_each_text(${weights}) w(path, weight), (select (${values})::jsonb as record) d where w.path in (${known})`;
  const text = counted.length === 0 ? '100' : `coalesce((${percent}), 100)`;
  return `left(${record}, -1) || ',"${completenessPath}":' || ${text} || '}'`;
}
