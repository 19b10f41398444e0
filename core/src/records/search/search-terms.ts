import { foldText } from './fold-text.js';
import { gramsOf, runsOf, type TextRun } from './words.js';

/** What somebody looks for: all of it must be found in a record. */
export interface SearchTerms {
  /** The whole, folded. */
  readonly folded: string;
  /** Folded parts of words, of three letters at least, that trigrams find. */
  readonly parts: readonly string[];
  /** The rest as a tsquery: what is too short, and scripts that write without blanks; null when there is none. */
  readonly rest: string | null;
  /** All of it as a tsquery: words, or beginnings of words. Null when words are to stand side by side, which only short texts tell. */
  readonly words: string | null;
}

/** Why a text cannot be looked for. */
export type SearchProblem = 'required' | 'too_long' | 'too_many' | 'wrong_value';

const longestQuery = 200;
const mostTerms = 10;

/** The reasons in words, for those who asked. */
export const searchProblems: Readonly<Record<SearchProblem | 'unknown_parameter', string>> = {
  required: 'holds nothing to look for',
  too_long: `is longer than ${longestQuery} characters`,
  too_many: `holds more than ${mostTerms} words`,
  wrong_value: 'holds characters that no text has',
  unknown_parameter: 'is not a parameter: nothing of these records is searched',
};

/** Reads what somebody typed: words in any order; in quotes words that stand together; a phone number in any spelling. */
export function parseSearch(text: string): SearchTerms | SearchProblem {
  if (text.length > longestQuery) return 'too_long';
  if (forbidden.test(text) || !text.isWellFormed()) return 'wrong_value';
  const terms = termsIn(foldText(text));
  if (terms.length > mostTerms) return 'too_many';
  if (terms.length === 0) return 'required';
  const isPart = (term: string): boolean => runsOf(term).some(isLongWord) && !runsOf(term).some(isUnspaced);
  const rest = terms.filter((term) => !isPart(term));
  return {
    folded: terms.join(' '),
    parts: terms.filter(isPart),
    rest: rest.length === 0 ? null : queryOf(rest),
    words: terms.some((term) => isPart(term) && term.includes(' ')) ? null : queryOf(terms),
  };
}

/** The same without quotes and blanks to tell apart, for patterns: `%`, `_` and `\` stand for themselves. */
export function likePattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}

const forbidden = /[\u0000-\u0008\u000e-\u001f\u007f]/;
const quotedOrPlain = /"([^"]*)"|[^\s"]+/g;
const phoneNumber = /^\+?[\d\s()/.-]+$/;
const separators = /[\s()/.-]/;
const shortestPhone = 5;

function termsIn(folded: string): readonly string[] {
  const text = folded.replaceAll(/\s+/g, ' ').trim();
  if (phoneNumber.test(text) && separators.test(text)) {
    // Stored with the country's code in place of the leading zero, and without anything between the digits.
    const digits = text.replaceAll(/\D/g, '').replace(/^0+/, '');
    if (digits.length >= shortestPhone) return [digits];
  }
  const terms = [...text.matchAll(quotedOrPlain)].map(({ 0: plain, 1: quoted }) => (quoted ?? plain).trim());
  return [...new Set(terms)].filter((term) => runsOf(term).length > 0);
}

/** Trigrams know no shorter ones. */
function isLongWord({ text }: TextRun): boolean {
  return Array.from(text).length >= 3;
}

function isUnspaced(run: TextRun): boolean {
  return run.isUnspaced;
}

/** A word stands for all that begin with it. Runs are found by the pairs they are made of; they hold letters and digits only. */
function queryOf(terms: readonly string[]): string {
  const lexemes = terms.flatMap(runsOf).flatMap((run) => (run.isUnspaced ? unspaced(run.text) : [`'${run.text}':*`]));
  return [...new Set(lexemes)].join(' & ');
}

function unspaced(text: string): readonly string[] {
  const characters = Array.from(text);
  const grams = characters.length === 1 ? characters : gramsOf(text).slice(characters.length);
  return grams.map((gram) => `'${gram}'`);
}
