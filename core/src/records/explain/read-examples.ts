import type { Reach } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';
import { planRecord } from '../get-records.js';
import { parseListQuery, type ListQuery } from '../list-query.js';
import { planPage } from '../list-records.js';
import type { QueryScope } from '../record-scope.js';
import { countShape } from '../statements/count-statement.js';
import { statementOf } from '../statements/read-plan.js';
import { exampleId } from './example-scope.js';
import type { ExplainedStatement } from './explained-statement.js';

/** The default list, its next page, and the list of one owner. */
export function listExamples(scope: QueryScope, entity: CompiledEntity, reach: Reach): readonly ExplainedStatement[] {
  const page = (name: string, query: ListQuery): ExplainedStatement => {
    const { text } = statementOf(...planPage(scope, entity, query));
    return { name: `${reach}: ${name}`, text };
  };
  const first = queryOf(scope, entity, '');
  const isOwned = entity.definition.owned;
  return [
    page('first page', first),
    page('next page', { ...first, after: ['2026-01-01T00:00:00.000Z', exampleId] }),
    ...(entity.search === null ? [] : [page('found by q', queryOf(scope, entity, 'q=part of a name'))]),
    ...(isOwned ? [page('of one owner', queryOf(scope, entity, `filter[owner]=${exampleId}`))] : []),
  ];
}

/** One record, as it is and with every ref replaced by its record. */
export function readExamples(scope: QueryScope, entity: CompiledEntity, reach: Reach): readonly ExplainedStatement[] {
  const refs = entity.fieldList.flatMap((field) => [
    ...(field.target === null || field.path === 'id' ? [] : [field.path]),
    ...(field.list?.items ?? []).flatMap(({ target, path }) => (target === null ? [] : [`${field.path}.${path}`])),
  ]);
  const read = (name: string, include: readonly string[]): ExplainedStatement => {
    const { text } = statementOf(...planRecord(scope, entity, exampleId, include));
    return { name: `${reach}: ${name}`, text };
  };
  return [read('one record', []), ...(refs.length === 0 ? [] : [read(`with ${refs.join(', ')}`, refs)])];
}

/** The exact number of all records. */
export function countExamples(scope: QueryScope, entity: CompiledEntity, reach: Reach): readonly ExplainedStatement[] {
  const [plan] = planPage(scope, entity, queryOf(scope, entity, ''));
  return [{ name: `${reach}: all`, text: statementOf(plan, countShape).text }];
}

function queryOf(scope: QueryScope, entity: CompiledEntity, parameters: string): ListQuery {
  return parseListQuery(scope, entity, new URLSearchParams(parameters));
}
