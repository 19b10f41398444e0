import type { Delimiter } from '../csv/delimiter.js';

/** How the rows of a file become records: data, kept with the file or made from its header. */
export interface ImportMapping {
  /** Name of the system the keys come from; external ids are unique within it. */
  readonly source: string;
  /** Found in the file when left out. */
  readonly delimiter?: Delimiter;
  /** WHATWG label; UTF-8 or a byte order mark when left out. */
  readonly encoding?: string;
  /** What an empty cell does to a record that exists: `keep` (default) leaves the value, `clear` empties it. */
  readonly blanks?: 'keep' | 'clear';
  /** IANA name of the zone of times that name none; UTC when left out. */
  readonly timeZone?: string;
  /** Records each row makes, in order: a later one may refer to an earlier one. */
  readonly records: readonly RecordMapping[];
}

/** One record per row, or one for several rows that share its key. */
export interface RecordMapping {
  /** `core.account` */
  readonly entity: string;
  /** How a record that exists is found; without it each row makes a new one. */
  readonly match?: RecordMatch;
  /** Only rows of new records (`create`), or of records that exist (`update`), go in; both when left out. */
  readonly mode?: 'create' | 'update';
  /** A row whose cells for it are all empty makes none, instead of being refused. */
  readonly optional?: boolean;
  /** By field; `<plugin>.<field>` for fields a plugin added. */
  readonly fields: Readonly<Record<string, FieldMapping>>;
}

/** By the key the source knows it by, by the value of a field, or by the first of them that finds one. */
export interface RecordMatch {
  /** Column or template that gives the key in the source. */
  readonly externalId?: string | TemplateSource;
  /** Mapped field with the same value; `<list>.<field>` looks into the entries of a list. */
  readonly field?: string;
}

/** A column by its name, or a value with more to say. */
export type FieldMapping = string | FieldSource | ListSource;

/** Text made of columns: `{product}[ – {account}]`; what stands in brackets is left out when one of its columns is empty. */
export interface TemplateSource {
  readonly template: string;
}

/** Where a field's text comes from (exactly one of `column`, `template`, `value`) and how it is read. */
export interface FieldSource {
  readonly column?: string;
  readonly template?: string;
  /** The same for every row. */
  readonly value?: string;
  /** Text in the file → text to read instead. */
  readonly values?: Readonly<Record<string, string>>;
  /** Dates: `DD-MM-YY`, `MM/DD/YYYY HH:mm` …; ISO 8601 when left out. */
  readonly format?: string;
  /** Added to a year of two digits. */
  readonly century?: number;
  /** Money: ISO 4217 code of every row, the workspace's base currency when left out. */
  readonly currency?: string;
  /** Money: column with the code. */
  readonly currencyColumn?: string;
  /** Numbers: each is multiplied by this; `1000000` for millions. */
  readonly scale?: string;
  /** Numbers: sign before the decimals, `.` when left out. */
  readonly decimal?: '.' | ',';
  /** `choices`: what stands between the values, `;` when left out. */
  readonly separator?: string;
  /** References: `externalId`, or the field of the other entity that holds the text (its title when left out). */
  readonly ref?: string;
  /** References: the record may stand later in the file, so it is looked for again at the end. */
  readonly deferred?: boolean;
  /** References: what an unknown record does: `refuse` the row (default), or keep it without and make a `notice`. */
  readonly missing?: 'refuse' | 'notice';
  /** Make a notice when the cell is empty. */
  readonly blank?: 'notice';
}

/**
 * Entries of a list; one whose columns are all empty is left out. Those of links are by the entity linked to:
 * `{ "core.account": { "column": "Customer", "ref": "name" } }`.
 */
export interface ListSource {
  readonly entries: readonly Readonly<Record<string, string | FieldSource>>[];
}

/** Whether a mapping of a field lists entries. */
export function isListSource(mapping: FieldMapping): mapping is ListSource {
  return typeof mapping === 'object' && 'entries' in mapping;
}
