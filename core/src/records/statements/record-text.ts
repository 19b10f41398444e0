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
  const own = objectPieces(entity.kept, fields, included, form);
  const plugins = new Set(fields.flatMap(({ plugin }) => plugin ?? []));
  const nested = [...plugins].flatMap((plugin) => {
    const part = entity.keptSides.get(plugin);
    if (part === undefined) return [];
    return [constant(`,"${plugin}":`), ...objectPieces(part, fields, included, form), constant('}')];
  });
  return joined([...own, ...nested, constant('}')]);
}

/** SQL of what a row keeps, from its columns and child tables. */
export function builtKept(part: KeptPart): string {
  const form: RecordForm = { source: 'built', prefix: '' };
  const lists = part.lists.flatMap(({ list }) => (list === null ? [] : [builtEntries(list, [], form)]));
  return `array[${[textLiteral(part.shape), joined(memberPieces(part.scalars, [], form)), ...lists].join(', ')}]`;
}

/** SQL of the entries of a list as `jsonb`; null where they are not kept. */
export function listJson({ kept }: CompiledEntity, field: CompiledField, source: AnswerSource): string {
  const form: RecordForm = { source, prefix: '' };
  if (source === 'kept' && kept.lists.includes(field))
    return `case when ${isKept(kept, form)} then (${keptList(kept, field, form)})::jsonb end`;
  return field.list === null ? 'null::jsonb' : `(${builtEntries(field.list, [], form)})::jsonb`;
}

/** A piece of text: the same in every record, or SQL of what differs, which is never null. */
type Piece = { readonly constant: string } | { readonly sql: string };

/** An object without its closing brace. */
function objectPieces(
  part: KeptPart,
  fields: readonly CompiledField[],
  included: readonly NumberedInclude[],
  form: RecordForm,
): readonly Piece[] {
  const shown = fields.filter(({ plugin }) => plugin === part.plugin);
  const isWhole =
    form.source === 'kept' &&
    part.scalars.length > 0 &&
    part.scalars.every((field) => shown.includes(field) && !included.some(({ target }) => target.field === field));
  if (!isWhole) return memberPieces(shown, included, form, part);
  const lists = shown.filter(({ list }) => list !== null);
  return [{ sql: wholeText(part, form) }, ...memberPieces(lists, included, form, part, ',')];
}

/** Members of an object with what stands in front of them. */
function memberPieces(
  fields: readonly CompiledField[],
  included: readonly NumberedInclude[],
  form: RecordForm,
  part: KeptPart | null = null,
  start = '{',
): readonly Piece[] {
  if (fields.length === 0) return start === '{' ? [constant(start)] : [];
  return fields.flatMap((field, position) => [
    constant(`${position === 0 ? start : ','}"${field.name.replaceAll('"', '')}":`),
    { sql: fieldText(field, included, form, part) },
  ]);
}

/** The fields of the row as they are kept; a plugin without a row has its defaults. */
function wholeText(part: KeptPart, form: RecordForm): string {
  const row = `${form.prefix}${part.alias}`;
  const kept = `when ${isKept(part, form)} then ${row}."kept"[${scalarsAt}] else ${notKept} end`;
  if (part.plugin === null) return `case ${kept}`;
  const defaults = joined(
    part.scalars.flatMap((field, position) => [
      constant(`${position === 0 ? '{' : ','}"${field.name}":${JSON.stringify(emptyValue(field))}`),
    ]),
  );
  return `case when ${row}."record_id" is null then ${defaults} ${kept}`;
}

function isKept(part: KeptPart, { prefix }: RecordForm): string {
  return `${prefix}${part.alias}."kept"[1] = ${textLiteral(part.shape)}`;
}

function keptList(part: KeptPart, field: CompiledField, { prefix }: RecordForm): string {
  return `${prefix}${part.alias}."kept"[${scalarsAt + 1 + part.lists.indexOf(field)}]`;
}

function fieldText(
  field: CompiledField,
  included: readonly NumberedInclude[],
  form: RecordForm,
  part: KeptPart | null,
): string {
  const here = included.filter(({ target }) => target.field === field);
  if (field.list !== null) {
    const isStored = form.source === 'kept' && here.length === 0 && part?.lists.includes(field) === true;
    if (!isStored) return builtEntries(field.list, here, form);
    return `case when ${isKept(part, form)} then ${keptList(part, field, form)} else ${notKept} end`;
  }
  const [include] = here;
  return include === undefined ? jsonText(field, form.prefix) : recordOrId(include, columnSql(field, form.prefix), form);
}

/** The entries of a list from its child table. */
function builtEntries(list: CompiledList, included: readonly NumberedInclude[], form: RecordForm): string {
  const { prefix } = form;
  const entry = joined([
    ...list.items.flatMap((item, position) => {
      const include = included.find(({ target }) => target.item === item);
      const value =
        include === undefined ? jsonText(item, prefix) : recordOrId(include, columnSql(item, prefix), form);
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

/** SQL of the pieces as one text. What is null would be left out of it. */
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
  return concatenated(parts);
}

function concatenated(parts: readonly string[]): string {
  if (parts.length <= mostArguments) return `concat(${parts.join(', ')})`;
  const groups = Array.from({ length: Math.ceil(parts.length / mostArguments) }, (_, at) =>
    concatenated(parts.slice(at * mostArguments, (at + 1) * mostArguments)),
  );
  return concatenated(groups);
}
