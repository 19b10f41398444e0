import type { Row, RowColumn } from '../staged-table.js';

/** Lines of rows in PostgreSQL's text format for COPY, each with its end. */
export function copyLines(rows: readonly Row[], columns: readonly RowColumn[]): string {
  const names = columns.map(({ name }) => name);
  const kinds = columns.map(({ type }) => type);
  let lines = '';
  for (const row of rows) {
    for (let at = 0; at < names.length; at += 1) {
      const text = cellText(row[names[at] ?? ''], kinds[at] ?? '');
      const cell = text === null ? nothing : special.test(text) ? escaped(text) : text;
      lines += at === 0 ? cell : `\t${cell}`;
    }
    lines += '\n';
  }
  return lines;
}

/** A value of a JSON row as PostgreSQL reads a column of that type; null: none. */
export function cellText(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return JSON.stringify(value);
  if (Array.isArray(value)) return arrayText(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
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
