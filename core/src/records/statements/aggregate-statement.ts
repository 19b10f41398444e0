import type { CompiledField } from '../compiled-entity.js';
import { currencyColumn } from '../compile-fields.js';
import { quoted } from '../names.js';
import { finished } from '../sql.js';
import type { Shape } from './read-plan.js';
import { columnSql, sidesOf } from './source.js';

/** What to group by and what to measure. */
export interface Aggregation {
  readonly by: readonly CompiledField[];
  readonly sum: readonly CompiledField[];
  readonly min: readonly CompiledField[];
  readonly max: readonly CompiledField[];
}

/** Groups answered at most. */
export const maxGroups = 1000;

/** Fields that are measured, each once. */
export function measuredFields({ sum, min, max }: Aggregation): readonly CompiledField[] {
  return [...new Set([...sum, ...min, ...max])];
}

/** Groups, greatest first. Each row: the values grouped by · the currency of each money field measured · count · sums · minima · maxima. */
export function groupsShape(aggregation: Aggregation): Shape {
  const { by, sum, min, max } = aggregation;
  const measured = measuredFields(aggregation);
  const keys = finishedAll([...by.map((field) => columnSql(field)), ...measured.flatMap(currencySql)]);
  const measures = finishedAll([...applied('sum', sum), ...applied('min', min), ...applied('max', max)]);
  const columns = [...keys, 'count(*)', ...measures].join(', ');
  const grouping = keys.length === 0 ? '' : ` group by ${keys.join(', ')}`;
  const order = ['count(*) desc', ...keys].join(', ');
  return {
    kind: 'aggregate',
    constants: [columns],
    further: [],
    plugins: sidesOf([...by, ...measured]),
    write: ({ from, condition }) =>
      `select ${columns}\n  ${from()}\n  where ${condition}${grouping}\n  order by ${order} limit ${maxGroups}`,
  };
}

/** One more key for a money field: amounts of different currencies are never added. */
function currencySql({ field, alias, column }: CompiledField): string[] {
  return field.kind === 'money' ? [`${alias}.${quoted(currencyColumn(column))}`] : [];
}

function applied(verb: string, fields: readonly CompiledField[]): string[] {
  return fields.map((field) => `${verb}(${columnSql(field)})`);
}

function finishedAll(texts: readonly string[]): readonly string[] {
  return texts.map(finished);
}
