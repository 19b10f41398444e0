import type { CompiledEntity, CompiledField, CompiledList, KeptPart } from '../compiled-entity.js';
import { listAlias, recordAlias } from '../compile-fields.js';
import { scalarsAt } from '../kept/kept-part.js';
import { emptyValue } from '../present-record.js';
import { textLiteral } from '../sql.js';
import type { Included } from './included.js';
import { jsonText } from './json-value.js';
import { columnSql, entriesFrom, fromClause, includedPrefix, sidesOf } from './source.js';

/** How refs of a record are answered: by the path of the ref, the record in its place. */
export interface NumberedInclude extends Included {
  /** Its condition, with numbered placeholders. */
  readonly conditionText: string;
}

/**
 * Where the text of a record comes from: what is `kept` in its rows, wherever all of it may be shown, with a mark where it is not kept; or
 * `built` from columns and child tables alone. A subquery costs something even if it is never run, so one statement does not do both.
 */
export type AnswerSource = 'kept' | 'built';

/** How a record is written as JSON. */
export interface RecordForm {
  readonly source: AnswerSource;
  /** In front of the aliases; nothing for the record read. */
  readonly prefix: string;
}

/** Whether the text that a statement answered lacks something that was not kept. Such a character stands in no JSON. */
export function lacksKept(text: string): boolean {
  return text.includes('\u0001');
}

const notKept = String.raw`E'\x01'`;

/** SQL of a record as text that is JSON: own fields side by side, those of a plugin in one object. */
export function recordText(
  entity: Pick<CompiledEntity, 'kept' | 'keptSides'>,
  fields: readonly CompiledField[],
  included: readonly NumberedInclude[],
  form: RecordForm,
): string {
  const own = objectPieces(fields, { ...form, part: entity.kept, included });
  const plugins = new Set(fields.flatMap(({ plugin }) => plugin ?? []));
  const nested = [...plugins].flatMap((plugin) => {
    const part = entity.keptSides.get(plugin);
    if (part === undefined) return [];
    return [constant(`,"${plugin}":`), ...objectPieces(fields, { ...form, part, included }), constant('}')];
  });
  return joined([...own, ...nested, constant('}')]);
}

/** SQL of what a row keeps, from its columns and child tables. */
export function builtKept(part: KeptPart): string {
  const form: PartForm = { source: 'built', prefix: '', part, included: [] };
  const lists = part.lists.map((field) => fieldText(field, form));
  return `array[${[textLiteral(part.shape), joined(memberPieces(part.scalars, form)), ...lists].join(', ')}]`;
}

/** SQL of the entries of a list as `jsonb`; null where they are not kept. */
export function listJson({ kept }: CompiledEntity, field: CompiledField, source: AnswerSource): string {
  const form: PartForm = { source, prefix: '', part: kept, included: [] };
  if (!isStored(field, form)) return `(${fieldText(field, form)})::jsonb`;
  return `case when ${isKept(form)} then (${keptList(field, form)})::jsonb end`;
}

/** How a part of a record is written. */
interface PartForm extends RecordForm {
  readonly part: KeptPart;
  readonly included: readonly NumberedInclude[];
}

/** A piece of text: the same in every record, or SQL of what differs, which is never null. */
type Piece = { readonly constant: string } | { readonly sql: string };

/** Those of the fields that belong to the part, as an object without its closing brace. */
function objectPieces(fields: readonly CompiledField[], form: PartForm): readonly Piece[] {
  const { part } = form;
  const shown = fields.filter(({ plugin }) => plugin === part.plugin);
  if (!showsAll(shown, form)) return memberPieces(shown, form);
  const lists = shown.filter(({ list }) => list !== null);
  return [{ sql: wholeText(form) }, ...memberPieces(lists, form, ',')];
}

/** Whether the fields are answered as they are kept: every one of the row, and none with a record in its place. */
function showsAll(shown: readonly CompiledField[], { source, part, included }: PartForm): boolean {
  const replaced = new Set(included.map(({ target }) => target.field));
  const isPlain = (field: CompiledField): boolean => shown.includes(field) && !replaced.has(field);
  return source === 'kept' && part.scalars.length > 0 && part.scalars.every(isPlain);
}

/** Members of an object. @param start what stands in front of the first */
function memberPieces(fields: readonly CompiledField[], form: PartForm, start = '{'): readonly Piece[] {
  if (fields.length === 0 && start === '{') return [constant(start)];
  return fields.flatMap((field, position) => [
    constant(`${position === 0 ? start : ','}"${field.name}":`),
    { sql: fieldText(field, form) },
  ]);
}

/** The fields of the row as they are kept; without a row a plugin's fields have their defaults. */
function wholeText(form: PartForm): string {
  const { part, prefix } = form;
  const kept = `when ${isKept(form)} then ${prefix}${part.alias}."kept"[${scalarsAt}] else ${notKept} end`;
  if (part.plugin === null) return `case ${kept}`;
  const defaults = part.scalars.map((field) => `"${field.name}":${JSON.stringify(emptyValue(field))}`);
  return `case when ${prefix}${part.alias}."record_id" is null then ${textLiteral(`{${defaults.join(',')}`)} ${kept}`;
}

function isKept({ part, prefix }: PartForm): string {
  return `${prefix}${part.alias}."kept"[1] = ${textLiteral(part.shape)}`;
}

function keptList(field: CompiledField, { part, prefix }: PartForm): string {
  return `${prefix}${part.alias}."kept"[${scalarsAt + 1 + part.lists.indexOf(field)}]`;
}

/** Whether a list is answered as it is kept. */
function isStored(field: CompiledField, { source, part, included }: PartForm): boolean {
  return source === 'kept' && part.lists.includes(field) && !included.some(({ target }) => target.field === field);
}

function fieldText(field: CompiledField, form: PartForm): string {
  if (isStored(field, form)) return `case when ${isKept(form)} then ${keptList(field, form)} else ${notKept} end`;
  const here = form.included.filter(({ target }) => target.field === field);
  if (field.list !== null) return builtEntries(field.list, here, form);
  const [include] = here;
  return include === undefined
    ? jsonText(field, form.prefix)
    : recordOrId(include, columnSql(field, form.prefix), form);
}

/** The entries of a list from its child table. */
function builtEntries(list: CompiledList, included: readonly NumberedInclude[], form: RecordForm): string {
  const { prefix } = form;
  const entry = joined([
    ...list.items.flatMap((item, position) => {
      const include = included.find(({ target }) => target.item === item);
      const value = include === undefined ? jsonText(item, prefix) : recordOrId(include, columnSql(item, prefix), form);
      return [constant(`${position === 0 ? '{' : ','}"${item.name}":`), { sql: value }];
    }),
    constant('}'),
  ]);
  const entries = `select ${entry} ${entriesFrom(list, prefix)} order by ${prefix}${listAlias}."position"`;
  return `concat('[', array_to_string(array(${entries}), ','), ']')`;
}

/** The id stays where the actor may not read the record, or where it is in the trash. */
function recordOrId({ entity, fields, conditionText }: NumberedInclude, id: string, { source }: RecordForm): string {
  const text = recordText(entity, fields, [], { source, prefix: includedPrefix });
  const from = fromClause(entity, sidesOf(fields), includedPrefix);
  const record = `select ${text} ${from} where ${includedPrefix}${recordAlias}."id" = ${id} and ${conditionText}`;
  return `coalesce((${record}), '"' || ${id} || '"', 'null')`;
}

function constant(text: string): Piece {
  return { constant: text };
}

/** A function of PostgreSQL takes 100 arguments at most. */
const mostArguments = 90;

/** So many pieces cost less side by side, each copied with those before it, than as arguments of a function. */
const fewPieces = 15;

/** SQL of the pieces as one text. */
function joined(pieces: readonly Piece[]): string {
  const parts: string[] = [];
  let before = '';
  for (const piece of pieces) {
    if ('constant' in piece) {
      before += piece.constant;
      continue;
    }
    if (before !== '') parts.push(textLiteral(before));
    parts.push(piece.sql);
    before = '';
  }
  if (before !== '') parts.push(textLiteral(before));
  return parts.length <= fewPieces ? parts.join(' || ') : concatenated(parts);
}

function concatenated(parts: readonly string[]): string {
  if (parts.length <= mostArguments) return `concat(${parts.join(', ')})`;
  const groups = Array.from({ length: Math.ceil(parts.length / mostArguments) }, (_, at) =>
    concatenated(parts.slice(at * mostArguments, (at + 1) * mostArguments)),
  );
  return concatenated(groups);
}
