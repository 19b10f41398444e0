import { foldText } from '../search/fold-text.js';

/** A name as names are compared: folded, without points, legal forms and marks; umlauts as one letter however they are written. */
export function nameForm(name: string): string {
  const words = foldText(name)
    .replaceAll(/[.'’]/g, '')
    .replaceAll(/([aou])e/g, '$1')
    .replaceAll(notWord, ' ')
    .trim();
  const bare = words.replaceAll(legalForms, ' ').replaceAll(/ +/g, ' ').trim();
  return bare === '' ? words : bare;
}

/** The same in SQL. @param folded SQL of a text that is folded already */
export function nameFormSql(folded: string): string {
  const letters = `regexp_replace(regexp_replace(${folded}, '[.''’]', '', 'g'), '([aou])e', '\\1', 'g')`;
  const words = `btrim(regexp_replace(${letters}, '[^[:alnum:]]+', ' ', 'g'))`;
  const bare = `btrim(regexp_replace(regexp_replace(${words}, '\\m(${forms})\\M|${unspacedForms}', ' ', 'g'), ' +', ' ', 'g'))`;
  return `coalesce(nullif(${bare}, ''), ${words})`;
}

const notWord = /[^\p{L}\p{N}]+/gu;

/** As they stand in a folded name whose points are gone. */
const forms = [
  ...[
    'gmbh',
    'mbh',
    'ag',
    'kg',
    'kgaa',
    'ohg',
    'gbr',
    'ug',
    'ev',
    'eg',
    'ek',
    'se',
    'co',
    'inc',
    'incorporated',
    'llc',
    'llp',
  ],
  ...[
    'lp',
    'ltd',
    'limited',
    'plc',
    'corp',
    'corporation',
    'company',
    'sa',
    'sas',
    'sarl',
    'sasu',
    'spa',
    'srl',
    'snc',
    'bv',
    'nv',
  ],
  ...[
    'ab',
    'as',
    'aps',
    'oy',
    'oyj',
    'asa',
    'sl',
    'slu',
    'sro',
    'kft',
    'zrt',
    'doo',
    'zoo',
    'sp',
    'pty',
    'pte',
    'sdn',
    'bhd',
    'kk',
  ],
].join('|');

/** Scripts without blanks write them at the end of the name. */
const unspacedForms = '(股份有限公司|有限责任公司|有限公司|株式会社)';

const legalForms = new RegExp(`(?<![\\p{L}\\p{N}])(?:${forms})(?![\\p{L}\\p{N}])|${unspacedForms}`, 'gu');
