import type { Knex } from 'knex';
import { prepare, runPrepared } from '../../database/prepared.js';
import { spellingVariants } from './spelling-variants.js';
import type { SearchTerms } from './search-terms.js';
import { runsOf } from './words.js';

/** Terms of which at least one was probably mistyped, read as words that search knows. */
export interface CorrectedTerms extends SearchTerms {
  readonly words: string;
}

/**
 * Reads terms as the words they were probably meant to be: those one letter away that search knows, else those that share most
 * trigrams. What search knows of all records decides; who may read what is asked of the records that are found by it.
 *
 * @returns null when nothing else can have been meant
 */
export async function correctTerms(db: Knex, terms: SearchTerms): Promise<CorrectedTerms | null> {
  const runs = terms.folded.split(' ').flatMap(runsOf);
  const asked = runs.slice(0, mostCorrected).flatMap(({ text, isUnspaced }) => {
    const variants = isUnspaced ? [] : spellingVariants(text);
    return variants.length === 0 ? [] : [{ wanted: text, variants: [`'${text}':*`, ...variants.map(quoted)] }];
  });
  if (terms.words === null || asked.length === 0) return null;
  const known = await knownSpellings(db, asked);
  const isUnknown = ({ wanted }: Asked): boolean => known.get(wanted)?.includes(`'${wanted}':*`) !== true;
  // With all of them known it may be any; else those that are known were meant.
  const doubtful = asked.some(isUnknown) ? asked.filter(isUnknown) : asked;
  const readings = new Map(doubtful.map(({ wanted }) => [wanted, known.get(wanted) ?? []]));
  if ([...readings.values()].some((words) => words.length === 0)) return null;
  return read(terms, { ...terms, words: terms.words }, readings);
}

/** Each costs hundreds of look-ups. */
const mostCorrected = 4;
/** More are no correction but a guess. */
const mostReadings = 12;

interface Asked {
  readonly wanted: string;
  readonly variants: readonly string[];
}

async function knownSpellings(db: Knex, asked: readonly Asked[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const known = new Map<string, string[]>();
  for (const [wanted, word] of await runPrepared(db, prepare(spellingsStatement), [JSON.stringify(asked)])) {
    const words = known.get(String(wanted)) ?? [];
    known.set(String(wanted), [...words, String(word)]);
  }
  return known;
}

const spellingsStatement = `select t.wanted, s.word
  from jsonb_to_recordset($1::jsonb) as t(wanted text, variants text[])
  cross join lateral core.search_spellings(t.wanted, t.variants) as s(word)`;

function read(
  terms: SearchTerms,
  { words }: CorrectedTerms,
  readings: ReadonlyMap<string, readonly string[]>,
): CorrectedTerms {
  const lexeme = (word: string): string => `'${word}':*`;
  let query = words;
  let folded = terms.folded;
  for (const [wanted, found] of readings) {
    const chosen = found.slice(0, mostReadings);
    query = query.replace(lexeme(wanted), `(${chosen.join(' | ')})`);
    folded = folded.replace(wanted, plain(chosen.find((word) => word !== lexeme(wanted)) ?? wanted));
  }
  return { folded, parts: [], rest: null, words: query };
}

/** Variants hold letters only. */
function quoted(word: string): string {
  return `'${word}'`;
}

function plain(lexeme: string): string {
  return lexeme.replaceAll(/^'|'(?::\*)?$/g, '');
}
