import type { Row, RowColumn } from '../staged-table.js';

/** Makes rows into lines of PostgreSQL's text format for COPY, each with its end. */
export function lineMaker(columns: readonly RowColumn[]): (row: Row) => string {
  const names = columns.map(({ name }) => name);
  const kinds = columns.map(({ type }) => type);
  return (row) => {
    let line = '';
    for (let at = 0; at < names.length; at += 1) {
      const kind = kinds[at] ?? '';
      const text = cellText(row[names[at] ?? ''], kind);
      const cell = text === null ? nothing : kind === 'uuid' || !special.test(text) ? text : escaped(text);
      line += at === 0 ? cell : `\t${cell}`;
    }
    return `${line}\n`;
  };
}

/** A value of a JSON row as PostgreSQL reads a column of that type; null: none. */
export function cellText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? arrayText(value) : JSON.stringify(value);
}

const nothing = String.raw`\N`;
const special = /[\\\t\n\r]/;

function escaped(text: string): string {
  return text.replaceAll(/[\\\t\n\r]/g, (sign) => escapes[sign] ?? sign);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function arrayText(entries: readonly unknown[]): string {
  return `{${entries.map((entry) => `"${String(entry).replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
}
