import { prepare, runPrepared } from '../../database/prepared.js';
import type { CompiledEntity, CompiledRule } from '../compiled-entity.js';
import { readableFields } from '../field-access.js';
import { readRecords } from '../get-records.js';
import type { PresentedRecord } from '../present-record.js';
import type { ReadScope } from '../record-scope.js';
import { reachFor, requireReach, withinReach } from '../rights.js';
import { foldText } from '../search/fold-text.js';
import { searchTableOf } from '../search/search-tables.js';
import { likePattern } from '../search/search-terms.js';
import { allOf, anyOf, bindingsOf, numbered, sql, type Sql } from '../sql.js';
import { likenessOf, worthTelling, type Likeness } from './likeness.js';
import { matchValuesOf, type MatchValues } from './match-values.js';

/** A record that is likely the one somebody is about to add. */
export interface Duplicate extends Likeness {
  readonly record: PresentedRecord;
}

/**
 * Finds records that the actor may see and that are likely the same as the given values, the likeliest first. The search table finds
 * candidates by its trigrams; the records themselves are compared.
 * @param values in the form of the API, canonical; what is left out is not compared
 * @throws ForbiddenError
 */
export async function findDuplicates(
  scope: ReadScope,
  entity: CompiledEntity,
  values: Readonly<Record<string, unknown>>,
): Promise<readonly Duplicate[]> {
  requireReach(scope, entity, 'read');
  const { duplicates: rules } = entity;
  const wanted = matchValuesOf(rules, values);
  const ids = await findCandidates(scope, entity, wanted);
  if (ids.length === 0) return [];
  const records = await readRecords(scope, entity, ids, { fields: readableFields(scope, entity) });
  return records
    .filter(({ id }) => id !== values['id'])
    .map((record) => ({ record, ...likenessOf(rules, wanted, matchValuesOf(rules, record)) }))
    .filter(({ score }) => score >= worthTelling)
    .toSorted((left, right) => right.score - left.score || (left.record.id < right.record.id ? 1 : -1))
    .slice(0, mostTold);
}

const mostTold = 10;
const mostCandidates = 50;
/** Further values are compared, but nobody is looked for by them. */
const mostValues = 8;

async function findCandidates(
  scope: ReadScope,
  entity: CompiledEntity,
  wanted: MatchValues,
): Promise<readonly string[]> {
  const equal = [...wanted]
    .flatMap(([rule, forms]) => forms.flatMap((form) => holdsValue(rule, form)))
    .slice(0, mostValues);
  const names = [...wanted].flatMap(([{ as }, forms]) => (as === 'name' ? forms.filter(isLongEnough) : []));
  const likes = names.map((name) => sql('core.text_is_like(sr."text", ?::text)', [name]));
  if (equal.length + likes.length === 0) return [];
  const reach = withinReach(scope.identity, entity, reachFor(scope, entity, 'read'), 's');
  const order = equal.length === 0 ? sql('sr."text" is null') : anyOf(equal);
  const likeness = sql('core.text_likeness(sr."text", ?::text)', [names[0] ?? '']);
  const pieces = [allOf([anyOf([...equal, ...likes]), reach]), order, likeness];
  const [condition = '', first = '', second = ''] = numbered(pieces);
  const text = `select sr."record_id" from ${searchTableOf(entity.definition.id)} sr
    where ${condition}
    order by ${first} desc, ${second} desc, sr."updated_at" desc limit ${mostCandidates}`;
  const rows = await runPrepared(scope.db, prepare(text), bindingsOf(pieces));
  return rows.map(([id]) => String(id));
}

/** Condition on a search row: one of its values begins so, or, for domains, holds it. Names have their own; `same` finds nobody. */
function holdsValue({ as }: CompiledRule, form: string): Sql[] {
  if (as === 'name' || as === 'same' || !isLongEnough(form)) return [];
  const pattern = likePattern(foldText(form));
  return [sql('sr."text" like ?::text', [as === 'domain' ? `%${pattern}%` : `% ${pattern}%`])];
}

/** Trigrams know no shorter ones; two characters are a name where each is a word. */
function isLongEnough(text: string): boolean {
  return Array.from(text).length >= (/^[\x20-\x7e]*$/.test(text) ? 3 : 2);
}
