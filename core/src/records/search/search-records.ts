import { prepare, runPrepared } from '../../database/prepared.js';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { allOf, bindingsOf, numbered, sql, type Sql } from '../sql.js';
import { correctTerms, type CorrectedTerms } from './corrected-terms.js';
import { foundInText, foundInWords } from './match-condition.js';
import { foundValue } from './found-value.js';
import { rightsOn } from './search-rights.js';
import { likePattern, type SearchTerms } from './search-terms.js';

/** One record that was found. */
export interface SearchHit {
  readonly entity: string;
  readonly id: string;
  /** What names the record; null when it has no title or not everybody may read it. */
  readonly title: string | null;
  /** Value in which it was found, when that is not the title: an e-mail address, a domain; null for long texts. */
  readonly match: string | null;
  readonly updatedAt: string;
  /** Found by another spelling of what was typed. */
  readonly isSimilar: boolean;
}

/** What is searched for, and where. */
export interface SearchRequest {
  readonly terms: SearchTerms;
  readonly entities: readonly CompiledEntity[];
  readonly limit: number;
  /** Hits of one entity at most; null: as many as the limit. */
  readonly perEntity: number | null;
}

/** What a common word finds is not sorted through to the last record. */
const mostCandidates = 5000;

/**
 * Finds records of many entities with the actor's rights: titles that begin so come first, then words that do, then parts of words,
 * the newest first within each. Whole words of long texts fill up what is left of the page, and where little was found, records
 * that hold what may have been meant.
 */
export async function searchRecords(scope: ReadScope, request: SearchRequest): Promise<readonly SearchHit[]> {
  const exact = await searchExactly(scope, request);
  if (exact.length > few || exact.length >= request.limit) return exact;
  const terms = await correctTerms(scope.db, request.terms);
  return terms === null ? exact : addSimilar(scope, request, { exact, terms });
}

/** A typing error is looked for when no more than this was found. */
const few = 2;

async function addSimilar(
  scope: ReadScope,
  request: SearchRequest,
  { exact, terms }: { readonly exact: readonly SearchHit[]; readonly terms: CorrectedTerms },
): Promise<readonly SearchHit[]> {
  const meant = { ...request, terms };
  const conditions = [rightsOn(scope, request.entities), sql('sr."terms" @@ ?::tsquery', [terms.words])];
  const similar = await find(scope, meant, conditions, request.limit + exact.length);
  return together(
    exact,
    similar.map((hit) => ({ ...hit, isSimilar: true })),
    request,
  );
}

async function searchExactly(scope: ReadScope, request: SearchRequest): Promise<readonly SearchHit[]> {
  const rights = rightsOn(scope, request.entities);
  const inText = foundInText(request.terms);
  const first = inText === null ? [] : await find(scope, request, [rights, inText], request.limit);
  const inWords = foundInWords(request.terms);
  if (first.length >= request.limit || inWords === null) return first;
  const more = await find(scope, request, [rights, inWords], request.limit + first.length);
  return together(first, more, request);
}

/** Each hit once, those of the first list first. */
function together(
  first: readonly SearchHit[],
  more: readonly SearchHit[],
  request: SearchRequest,
): readonly SearchHit[] {
  const known = new Set(first.map(keyOf));
  return shortened([...first, ...more.filter((hit) => !known.has(keyOf(hit)))], request);
}

type FoundRow = readonly [
  entity: string,
  id: string,
  title: string | null,
  text: string,
  details: string | null,
  updatedAt: Date,
];

async function find(
  { db }: ReadScope,
  request: SearchRequest,
  conditions: readonly Sql[],
  limit: number,
): Promise<readonly SearchHit[]> {
  const { text, bindings } = statementOf(request, conditions, limit);
  const rows = await runPrepared(db, prepare(text), bindings);
  return rows.map((row) => toHit(row as FoundRow, request.terms));
}

/** Texts of the statements that {@link searchRecords} sends for parts of words and for whole words, when there are any to look for. */
export function searchStatements(scope: ReadScope, request: SearchRequest): readonly string[] {
  const rights = rightsOn(scope, request.entities);
  const found = [foundInText(request.terms), foundInWords(request.terms)].filter((condition) => condition !== null);
  return found.map((condition) => statementOf(request, [rights, condition], request.limit).text);
}

function statementOf({ terms, perEntity }: SearchRequest, conditions: readonly Sql[], limit: number) {
  const rank = sql(rankText, [` ${likePattern(terms.folded)}%`, `% ${likePattern(terms.parts[0] ?? terms.folded)}%`]);
  const perKind = perEntity === null ? [] : [sql('?::integer', [perEntity])];
  const pieces = [rank, allOf(conditions), sql('?::integer', [limit]), ...perKind];
  const [rankSql = '', condition = '', limitSql = '', perEntitySql = ''] = numbered(pieces);
  const columns = 'entity, record_id, title, text, details, updated_at';
  const candidates = `select sr.${columns.replaceAll(', ', ', sr.')}, ${rankSql} as rank from core.search_entries sr
    where ${condition} limit ${mostCandidates}`;
  const places = `select c.*, row_number() over (partition by entity order by ${order}) as place from (${candidates}) c`;
  const chosen = perEntity === null ? `(${candidates}) p` : `(${places}) p where place <= ${perEntitySql}`;
  const text = `select ${columns} from ${chosen} order by ${order} limit ${limitSql}`;
  return { text, bindings: bindingsOf(pieces) };
}

const order = 'rank, updated_at desc, record_id desc';
const rankText = 'case when sr.text like ?::text then 0 when sr.text like ?::text then 1 else 2 end';

function toHit([entity, id, title, text, details, updatedAt]: FoundRow, terms: SearchTerms): SearchHit {
  const match = foundValue({ title, text, details }, terms);
  return { entity, id, title, match, updatedAt: updatedAt.toISOString(), isSimilar: false };
}

/** At most as many hits as asked for, of each entity too. */
function shortened(hits: readonly SearchHit[], { limit, perEntity }: SearchRequest): readonly SearchHit[] {
  if (perEntity === null) return hits.slice(0, limit);
  const counts = new Map<string, number>();
  const fits = ({ entity }: SearchHit): boolean => {
    const count = (counts.get(entity) ?? 0) + 1;
    counts.set(entity, count);
    return count <= perEntity;
  };
  return hits.filter(fits).slice(0, limit);
}

function keyOf({ entity, id }: SearchHit): string {
  return `${entity} ${id}`;
}
