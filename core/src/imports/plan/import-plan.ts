/** How a file is imported, as somebody chooses it column by column; becomes a mapping. */
export interface ImportPlan {
  readonly entity: string;
  /** By the name of the column; those left out are not read. */
  readonly columns: Readonly<Record<string, ColumnPlan>>;
  /** How records that exist are found: a field (`name`, `emails.email`), `externalId:<column>`, or `none`. */
  readonly match: string;
  readonly mode: ImportMode;
  /** What an empty cell does to a record that exists. */
  readonly blanks: 'keep' | 'clear';
  /** Name of the system that external ids come from. */
  readonly source: string;
  /** IANA name of the zone of times that name none; UTC when left out. */
  readonly timeZone?: string;
}

/** Which rows count: those of new records, those of records that exist, or both. */
export type ImportMode = 'both' | 'create' | 'update';

/** Where a column goes and how it is read. */
export interface ColumnPlan {
  /** Field (`name`, `sales.territory`, `emails` for entries parted by `;`), `<list>.<number>.<field>` of one entry, or `<links>.<entity>`. */
  readonly field: string;
  /** What else an entry says: `{ kind: 'mobile' }`. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Dates: `DD.MM.YYYY` */
  readonly format?: string;
  readonly decimal?: '.' | ',';
  /** Text in the file → option. */
  readonly values?: Readonly<Record<string, string>>;
  /** References: `externalId`, or the field that holds the text; the title when left out. */
  readonly ref?: string;
  /** References to a record that is not there: refuse the row, keep the record without, or create what is referred to. */
  readonly missing?: 'refuse' | 'notice' | 'create';
}

/** The parts of `<list>.<number>.<field>`; null for any other path. */
export function entryPathOf(
  path: string,
): { readonly list: string; readonly entry: number; readonly item: string } | null {
  const match = /^(.+)\.(\d{1,2})\.([^.]+)$/.exec(path);
  return match === null ? null : { list: match[1] ?? '', entry: Number(match[2]), item: match[3] ?? '' };
}

/** The parts of `<links>.<entity>`, as in `links.core.account`; null for any other path. */
export function linkPathOf(path: string): { readonly list: string; readonly item: string } | null {
  const match = /^(.+)\.([a-z][a-z0-9-]*\.[a-z][a-z0-9-]*)$/.exec(path);
  return match === null ? null : { list: match[1] ?? '', item: match[2] ?? '' };
}

/** Field that a path goes to or into. */
export function listNameOf(path: string): string {
  return (entryPathOf(path) ?? linkPathOf(path))?.list ?? path;
}
