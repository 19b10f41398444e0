import { preparePlannedByValues, runPrepared } from '../../database/prepared.js';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { around, bindingsOf, numbered, sql, type Sql } from '../sql.js';
import { correctTerms, type CorrectedTerms } from './corrected-terms.js';
import { foundAnywhere, foundInText } from './match-condition.js';
import { foundValue } from './found-value.js';
import { rightOn } from './search-rights.js';
import { searchTableOf } from './search-tables.js';
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

/** What a common word finds of one kind is not sorted through to the last record. */
const mostCandidates = 500;

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
  const found = sql('sr."terms" @@ ?::tsquery', [terms.words]);
  const { hits } = await find(scope, { ...request, terms, limit: request.limit + exact.length }, found);
  return together(
    exact,
    hits.map((hit) => ({ ...hit, isSimilar: true })),
    request,
  );
}

/** Both indexes at once. Of what is too common for that, short texts are asked by themselves when long ones took their place. */
async function searchExactly(scope: ReadScope, request: SearchRequest): Promise<readonly SearchHit[]> {
  const found = await find(scope, request, foundAnywhere(request.terms));
  const inText = foundInText(request.terms);
  if (inText === null || !found.isCut || !found.hasLongTexts) return found.hits;
  const first = await find(scope, request, inText);
  return together(first.hits, found.hits, request);
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
  rank: number,
  isCut: boolean,
];

/** Hits in their order. */
interface Found {
  readonly hits: readonly SearchHit[];
  /** Whether there were more candidates of a kind than are sorted through. */
  readonly isCut: boolean;
  /** Whether some hits are there for their long texts only. */
  readonly hasLongTexts: boolean;
}

async function find(scope: ReadScope, request: SearchRequest, condition: Sql): Promise<Found> {
  if (request.entities.length === 0) return { hits: [], isCut: false, hasLongTexts: false };
  const { text, bindings } = statementOf(scope, request, condition);
  const rows = (await runPrepared(scope.db, preparePlannedByValues(text), bindings)) as readonly FoundRow[];
  return {
    hits: rows.map((row) => toHit(row, request.terms)),
    isCut: rows.some(([, , , , , , , isCut]) => isCut),
    hasLongTexts: rows.some(([, , , , , , rank]) => rank === inLongText),
  };
}

/** Texts of the statements that {@link searchRecords} sends for what is looked for, and for parts of common words. */
export function searchStatements(scope: ReadScope, request: SearchRequest): readonly string[] {
  const found = [foundAnywhere(request.terms), foundInText(request.terms)].filter((condition) => condition !== null);
  return found.map((condition) => statementOf(scope, request, condition).text);
}

/** Each entity's table by itself: a word that one kind has by the thousand leaves room for what others have of it. */
function statementOf(scope: ReadScope, { terms, entities, perEntity, limit }: SearchRequest, condition: Sql) {
  const rights = entities.map((entity) => rightOn(scope, entity));
  const counts = [sql('?::integer', [perEntity ?? limit]), sql('?::integer', [limit])];
  const pieces = [rankOf(terms), condition, ...counts, ...rights];
  const [rank = '', found = '', each = '', most = '', ...within] = numbered(pieces);
  const kinds = entities.map(
    ({ definition }, index) => `(
      select ${columns}, rank, count(*) over () >= ${mostCandidates} as is_cut from (
        select sr.${columns.replaceAll(', ', ', sr.')}, ${rank} as rank from ${searchTableOf(definition.id)} sr
        where ${found} and ${within[index] ?? 'false'} limit ${mostCandidates}) candidates
      order by ${order} limit ${each})`,
  );
  const text = `select * from (${kinds.join(' union all ')}) hits order by ${order} limit ${most}`;
  return { text, bindings: bindingsOf(pieces) };
}

const columns = 'entity, record_id, title, text, details, updated_at';
const order = 'rank, updated_at desc, record_id desc';
const inLongText = 3;

/** Titles that begin so, words that do, parts of words, words of long texts. */
function rankOf(terms: SearchTerms): Sql {
  const begins = sql('sr.text like ?::text', [` ${likePattern(terms.folded)}%`]);
  const hasWord = sql('sr.text like ?::text', [`% ${likePattern(terms.parts[0] ?? terms.folded)}%`]);
  const inText = foundInText(terms) ?? sql('true');
  const cases = [
    around('case when ', begins, ' then 0'),
    around('when not ', inText, ` then ${inLongText}`),
    around('when ', hasWord, ' then 1 else 2 end'),
  ];
  return {
    text: cases.map(({ text }) => text).join(' '),
    bindings: bindingsOf(cases),
    plugins: [],
  };
}

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
