import type { Column } from '../columns.js';

/** Characters of a cell at most. */
const mostCharacters = 32_767;

/** One row of a sheet. Texts are told to be texts, so a spreadsheet takes none of them for a formula. */
export function rowXml(columns: readonly Pick<Column, 'kind'>[], cells: readonly string[]): string {
  let xml = '<row>';
  for (const [place, text] of cells.entries()) xml += cellXml(columns[place]?.kind ?? 'text', text);
  return `${xml}</row>`;
}

function cellXml(kind: Column['kind'], text: string): string {
  return text === '' ? '<c/>' : (writers[kind](text) ?? textXml(text));
}

function textXml(text: string): string {
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(text.slice(0, mostCharacters))}</t></is></c>`;
}

/** What each kind becomes; null for a value that a spreadsheet could only keep as text. */
const writers: Readonly<Record<Column['kind'], (text: string) => string | null>> = {
  text: () => null,
  number: (text) => (/^-?\d+(\.\d+)?$/.test(text) && text.length <= mostDigits ? `<c><v>${text}</v></c>` : null),
  date: (text) => dated(text, 1),
  dateTime: (text) => dated(text, 2),
};

function dated(text: string, style: number): string | null {
  const serial = serialOf(text);
  return serial === null ? null : `<c s="${style}"><v>${serial}</v></c>`;
}

/** A spreadsheet reckons with 15 digits; a longer number stays exact as text. */
const mostDigits = 16;

const dayMs = 86_400_000;
/** Day 0 of spreadsheets, which take 1900 for a leap year. */
const dayZero = Date.UTC(1899, 11, 30);
const firstDay = Date.UTC(1900, 2, 1);

/** Days since day 0, the time of day as their fraction; null for what no spreadsheet can date. A time without a zone stays as it is. */
function serialOf(text: string): string | null {
  const at = Date.parse(text.includes(' ') ? `${text.replace(' ', 'T')}Z` : text);
  return Number.isNaN(at) || at < firstDay ? null : String((at - dayZero) / dayMs);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** XML knows neither most control characters nor halves of a pair. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>]/g, (sign) => entities[sign] ?? sign)
    .replaceAll(notInXml, '')
    .toWellFormed();
}

const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
