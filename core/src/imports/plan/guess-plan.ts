import type { Field, FieldMap } from '@trellis-crm/sdk';
import { linkTo, type ImportableEntity } from '../mapping/entity-fields.js';
import { guessFormat, type FormatHints } from './guess-formats.js';
import { plainName, targetsOfWord, type WordTarget } from './header-words.js';
import {
  entryPathOf,
  linkPathOf,
  listNameOf,
  type ColumnPlan,
  type ImportMode,
  type ImportPlan,
} from './import-plan.js';

/** What a person may say before any guess. */
export interface PlanHints {
  readonly source?: string;
  /** Column → field. An empty field leaves the column out. */
  readonly map?: Readonly<Record<string, string>>;
  /** Field, or `externalId:<column>`, by which records that exist are found; `none` makes a new record of each row. */
  readonly match?: string;
  /** Name of a field for people, beside its own. */
  readonly label?: (field: string) => string;
  /** Name of an option for people. */
  readonly optionLabel?: (field: string, option: string) => string;
  readonly isMonthFirst?: boolean;
  /** Which rows count; both when left out. */
  readonly mode?: ImportMode;
}

/** Rows to look at, as cells under the header. */
export type SampleRows = readonly (readonly string[])[];

/** Makes a plan of columns whose names are those of fields, or well known. */
export function guessPlan(
  target: ImportableEntity,
  header: readonly string[],
  rows: SampleRows,
  hints: PlanHints = {},
): ImportPlan {
  const columns = guessColumns(target, header, rows, hints);
  return {
    entity: target.entity.definition.id,
    columns,
    match: hints.match ?? guessMatch(target, columns, header, rows),
    mode: hints.mode ?? 'both',
    blanks: 'keep',
    source: hints.source ?? 'csv',
  };
}

/** Declared field of a path in a plan: of an entry its field, of links a reference, of a list whose entries need one value that one. */
export function fieldAt(target: ImportableEntity, path: string): Field | undefined {
  const entry = entryPathOf(path);
  if (entry !== null) return target.fields.get(entry.list)?.item?.[entry.item];
  const declared = target.fields.get(path);
  if (declared === undefined) return linkAt(target, path);
  if (declared.kind !== 'list') return declared;
  const sole = soleItem(declared);
  return sole === null ? declared : declared.item?.[sole];
}

function linkAt(target: ImportableEntity, path: string): Field | undefined {
  const link = linkPathOf(path);
  const links = link === null ? undefined : target.fields.get(link.list);
  return link === null || links === undefined ? undefined : (linkTo(links, link.item) ?? undefined);
}

/** The field of entries that alone must be there, so that a cell can hold several; null when there is none. */
export function soleItem(declared: Field): string | null {
  return soleOf(declared.item ?? {});
}

function soleOf(fields: FieldMap): string | null {
  const items = Object.entries(fields);
  const required = items.filter(([, { required }]) => required === true);
  const [only, other] = required.length === 0 ? items : required;
  return only === undefined || other !== undefined ? null : only[0];
}

type Columns = Record<string, ColumnPlan>;

/** Those that were named, then those whose name is a field's, then those of well-known names. */
function guessColumns(
  target: ImportableEntity,
  header: readonly string[],
  rows: SampleRows,
  hints: PlanHints,
): Columns {
  const guess = new ColumnGuess(target, (column, { field }) =>
    formatOf(target, field, textsOf(header, rows, column), hints),
  );
  const named = Object.entries(hints.map ?? {});
  const spoken = new Set(named.map(([column]) => column.toLowerCase()));
  for (const [column, field] of named) if (field !== '') guess.take(column, { field });
  const others = header.filter((name) => name !== '' && !spoken.has(name.toLowerCase()));
  for (const column of others)
    guess.takeFree(column, byOwnName(target, column, hints) ?? byEntry(target, column, hints));
  for (const column of others) if (!(column in guess.columns)) guess.takeFree(column, guess.byWord(column));
  return guess.columns;
}

/** Columns that have found their field. */
class ColumnGuess {
  readonly columns: Columns = {};
  readonly #taken = new Set<string>();

  constructor(
    private readonly target: ImportableEntity,
    private readonly formatOf: (column: string, plan: ColumnPlan) => Partial<ColumnPlan>,
  ) {}

  take(column: string, plan: ColumnPlan): void {
    this.columns[column] = { ...plan, ...this.formatOf(column, plan) };
    this.#taken.add(plan.field);
  }

  takeFree(column: string, plan: WordPlan | undefined): void {
    if (plan === undefined || (this.#taken.has(plan.field) && plan.isPart !== true)) return;
    const { isPart: _, ...how } = plan;
    this.take(column, how);
  }

  /** First and last name are parts of one text. */
  byWord(column: string): WordPlan | undefined {
    const { target } = this;
    const fits = ({ field, place }: WordTarget): boolean =>
      isWritable(target, field) && (place === undefined ? !this.#taken.has(field) : isJoinable(target, field));
    const found = targetsOfWord(plainName(column)).find(fits);
    if (found === undefined) return undefined;
    const { field, constants, place } = found;
    return { field, ...(constants && { constants }), ...(place !== undefined && { isPart: true }) };
  }
}

/** Where a column goes, perhaps beside others. */
type WordPlan = ColumnPlan & { readonly isPart?: boolean };

function textsOf(header: readonly string[], rows: SampleRows, column: string): readonly string[] {
  const place = header.findIndex((name) => name.toLowerCase() === column.toLowerCase());
  return rows.map((cells) => cells[place]?.trim() ?? '');
}

function formatOf(
  target: ImportableEntity,
  path: string,
  texts: readonly string[],
  { isMonthFirst, optionLabel }: PlanHints,
): ReturnType<typeof guessFormat> {
  const declared = fieldAt(target, path);
  if (declared === undefined) return {};
  const hints: FormatHints = {
    ...(isMonthFirst === undefined ? {} : { isMonthFirst }),
    ...(optionLabel && { optionLabel: (option) => optionLabel(path, option) }),
  };
  return guessFormat(declared, texts, hints);
}

/** Paths that may be written. */
function writable(target: ImportableEntity): string[] {
  return [...target.fields.keys()].filter((name) => !target.readOnly.has(name));
}

function namesOf(target: ImportableEntity, name: string, { label }: PlanHints): string[] {
  const singular = target.fields.get(name)?.kind === 'list' && name.endsWith('s') ? name.slice(0, -1) : name;
  return [name, singular, label?.(name) ?? ''].map(plainName);
}

function byOwnName(target: ImportableEntity, column: string, hints: PlanHints): ColumnPlan | undefined {
  const wanted = plainName(column.replace(zoneBehind, ''));
  if (wanted === '') return undefined;
  const field = writable(target).find(
    (name) => isMappable(target, name) && namesOf(target, name, hints).includes(wanted),
  );
  return field === undefined ? undefined : { field };
}

/** What exports put behind the name of a column of moments: ` (Europe/Berlin)`. */
const zoneBehind = / \((UTC|[A-Z]\w+(\/[\w+-]+)+)\)$/;

/** A list that needs several values is filled entry by entry. */
function isMappable(target: ImportableEntity, name: string): boolean {
  const declared = target.fields.get(name);
  return declared !== undefined && (declared.kind !== 'list' || soleItem(declared) !== null);
}

/** `email 2`, `address 1 postal code` */
function byEntry(target: ImportableEntity, column: string, hints: PlanHints): ColumnPlan | undefined {
  const match = /^(.+?)[\s_-]*(\d{1,2})(?:[\s_:-]+(.+))?$/.exec(column.trim());
  const list = match === null ? undefined : listNamed(target, match[1] ?? '', hints);
  if (match === null || list === undefined) return undefined;
  const item = itemNamed(target.fields.get(list)?.item ?? {}, match[3]);
  return item === null ? undefined : { field: `${list}.${Number(match[2])}.${item}` };
}

function listNamed(target: ImportableEntity, name: string, hints: PlanHints): string | undefined {
  const wanted = [plainName(name), plainName(`${name}es`)];
  const isNamed = (path: string): boolean => namesOf(target, path, hints).some((known) => wanted.includes(known));
  return writable(target).find((path) => target.fields.get(path)?.kind === 'list' && isNamed(path));
}

function itemNamed(items: FieldMap, name: string | undefined): string | null {
  if (name === undefined) return soleOf(items);
  return Object.keys(items).find((item) => plainName(item) === plainName(name)) ?? null;
}

function isWritable(target: ImportableEntity, path: string): boolean {
  return fieldAt(target, path) !== undefined && !target.readOnly.has(listNameOf(path));
}

/** The name of a person; that of a company is in one column. */
function isJoinable(target: ImportableEntity, field: string): boolean {
  return target.fields.get(field)?.kind === 'text' && target.fields.has('emails');
}

/**
 * By a unique value, a key, an e-mail address, a domain, or the field that names a record. What happens with records, as calls do, has
 * the same name many times.
 */
function guessMatch(target: ImportableEntity, columns: Columns, header: readonly string[], rows: SampleRows): string {
  const fields = Object.values(columns).map(({ field }) => field);
  const unique = fields.find((name) => target.fields.get(name)?.unique === true);
  if (unique !== undefined) return unique;
  const key = header.find((column) => ['externalid', 'id', 'uid', 'recordid'].includes(plainName(column)));
  const isKey = key !== undefined && !(key in columns) && !textsOf(header, rows, key).includes('');
  if (isKey) return `externalId:${key}`;
  if (fields.some((field) => field === 'emails' || /^emails\.\d+\.email$/.test(field))) return 'emails.email';
  const { title } = target.entity.definition;
  const isNamed = [...target.fields.values()].every(({ kind }) => kind !== 'links');
  return isNamed && fields.includes(title) ? title : 'none';
}
