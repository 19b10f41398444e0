import { LRUCache } from 'lru-cache';
import type { Generation } from '../../kernel/generation.js';
import { narrow } from '../../views/holed-markup.js';
import type { RecordNames } from '../fields/record-names.js';

/** A row as it was drawn, with all that it shows besides its record. */
export interface DrawnRow {
  readonly html: string;
  readonly told: Told;
}

/** What a drawing asked for, and was answered. */
export interface Told {
  readonly titles: readonly { readonly entity: string; readonly id: string; readonly title: string | null }[];
  /** How moments were told, where that will change with the time. */
  readonly moments: readonly { readonly at: unknown; readonly text: string }[];
}

/** For whom rows are drawn. */
export interface RowReader {
  /** Tells apart all that rows depend on besides what their drawing asks for: language, zone, currency, columns, rights. */
  readonly kind: string;
  readonly names: RecordNames;
  /** As the formatters tell it at this moment. */
  readonly timeAgo: (at: unknown) => string;
}

/** Rows of records. */
export interface KeptRows {
  /** The row of a record for this reader, drawn if it has to be. @param text the record as JSON */
  of(text: string, reader: RowReader, draw: (text: string) => DrawnRow): string;
}

/** Rows drawn last, of all readers together. They go with the generation. */
export function keptRowsOf(generation: Generation): KeptRows {
  let rows = known.get(generation);
  if (rows === undefined) known.set(generation, (rows = createKeptRows(keptBytes)));
  return rows;
}

const known = new WeakMap<Generation, KeptRows>();
/** Some 12,000 rows. */
const keptBytes = 24 * 1024 * 1024;

/**
 * Keeps rows by their content: a row is given again to whom every word of it would be drawn alike, so it cannot be out of date, and what a
 * reader may not see is not in it.
 */
export function createKeptRows(sizeBytes: number): KeptRows {
  const rows = new LRUCache<string, readonly ReadersRow[]>({
    maxSize: sizeBytes,
    sizeCalculation: (drawn) =>
      drawn.reduce((sum, { html, text }) => sum + bytesOf(html) + bytesOf(text) + rowBytes, 0),
  });
  return {
    of(text, reader, draw) {
      const id = idIn(text);
      const drawn = rows.get(id) ?? none;
      for (const row of drawn) if (row.text === text && isFor(reader, row)) return row.html;
      const { html, told } = draw(text);
      // What is kept would otherwise keep the whole answer that it is a part of.
      const row = { text: narrow(text), kind: reader.kind, html: narrow(html), told };
      rows.set(narrow(id), [row, ...drawn].slice(0, mostReaders));
      return html;
    },
  };
}

interface ReadersRow extends DrawnRow {
  readonly text: string;
  readonly kind: string;
}

const none: readonly ReadersRow[] = [];

/** The rows of a record are found by its id, which comes first; whether one fits is decided by all of the text. */
function idIn(text: string): string {
  return text.slice(idStart, idStart + idLength);
}

const idStart = '{"id":"'.length;
const idLength = 36;

/** Kinds of readers a record's row is kept for, and earlier looks of it. */
const mostReaders = 6;
/** What a row takes besides its characters. */
const rowBytes = 400;

/** Upwards: V8 takes one byte a character, and two for all of a text in which one needs more. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text) === text.length ? text.length : 2 * text.length;
}

function isFor({ kind, names, timeAgo }: RowReader, row: ReadersRow): boolean {
  if (row.kind !== kind) return false;
  const { titles, moments } = row.told;
  for (const { entity, id, title } of titles) if (names.titleOf(entity, id) !== title) return false;
  for (const { at, text } of moments) if (timeAgo(at) !== text) return false;
  return true;
}
