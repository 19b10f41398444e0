import { recordAlias } from '../compile-fields.js';
import { emptiness } from '../conditions/compare.js';
import type { Operator } from '../field-kinds.js';
import { sql, textLiteral, type Sql } from '../sql.js';
import { tagKey } from './tag.js';

/** Operators of conditions on tags. */
export const tagOperators: readonly Operator[] = ['eq', 'ne', 'in', 'notIn', 'empty'];

/** Some tag has one of the names; for the negative operators none has. A name that no tag has is that of no record. */
export function compareTags(entity: string, operator: Operator, value: unknown): Sql | undefined {
  const own = `from core.record_tags g where g.entity = ${textLiteral(entity)}`;
  const ofRecord = `${own} and g.record_id = ${recordAlias}."id"`;
  if (operator === 'empty')
    return emptiness(value, (isEmpty) => sql(`${isEmpty ? 'not ' : ''}exists (select ${ofRecord})`));
  const names = Array.isArray(value) ? value : [value];
  if (!names.every((name) => typeof name === 'string')) return undefined;
  const named = 'g.tag_id in (select t.id from core.tags t where t.name_key = any(?::text[]))';
  // No name has a comma: a text may hold several.
  const keys = [names.flatMap((name) => name.split(',')).map((name) => tagKey(name))];
  // From the tag to its records: few of many have it.
  if (operator === 'eq' || operator === 'in')
    return sql(`${recordAlias}."id" in (select g.record_id ${own} and ${named})`, keys);
  return sql(`not exists (select ${ofRecord} and ${named})`, keys);
}
