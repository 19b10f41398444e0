import { createHash } from 'node:crypto';
import type { CompiledField, KeptPart } from '../compiled-entity.js';
import { emptyValue } from '../present-record.js';

/**
 * Column of a table of records, and of a side table, in which the answer stands once more as text that is JSON: the shape it was written
 * for · the fields of the row as an object without its closing brace · the entries of each list. Null, or with another shape: it has to
 * be built from the columns and child tables, which are what counts. The database empties it when anything else of the row changes.
 */
export const keptColumn = { name: 'kept', type: 'text[]' } as const;

/** Its value as it is sent: elements between separators, which stand in no JSON. */
export const sentKeptColumn = { name: keptColumn.name, type: 'text' } as const;

/** Where the text of the fields stands in the column; the lists follow. */
export const scalarsAt = 2;

/**
 * What of an entity's own fields, or of those a plugin added, is kept in one row. Lists that a plugin added to an entity of another
 * module are not: their entries may go while the plugin is disabled, and nobody would notice.
 */
export function keptPart(fields: readonly CompiledField[], plugin: string | null): KeptPart {
  const own = fields.filter((field) => field.plugin === plugin);
  const scalars = own.filter(({ list }) => list === null);
  const lists = plugin === null ? own.filter(({ list }) => list !== null) : [];
  return { plugin, alias: own[0]?.alias ?? '', shape: shapeOf([...scalars, ...lists]), scalars, lists };
}

/** The column's value for a row of which all values are known, as it is sent. */
export function keptText({ shape, scalars, lists }: KeptPart, values: ReadonlyMap<string, unknown>): string {
  const members = scalars.map((field) => `${JSON.stringify(field.name)}:${valueText(field, values)}`);
  const entries = lists.map(({ path }) => JSON.stringify(values.get(path) ?? []));
  return [shape, `{${members.join(',')}`, ...entries].join(separator);
}

/**
 * SQL of what is stored, from what was sent.
 * @param team SQL of the record's team, where it is known in the statement only
 */
export function storedKept(sent: string, team: string | null): string {
  const whole = team === null ? sent : `replace(${sent}, ${teamMark.sql}, coalesce('"' || ${team} || '"', 'null'))`;
  return `string_to_array(${whole}, E'\\x1f')`;
}

const separator = '\u001F';

/** Stands for the team until the statement has read it from the owner. */
const teamMark = { text: '\u0002', sql: "E'\\x02'" };

function valueText(field: CompiledField, values: ReadonlyMap<string, unknown>): string {
  if (field.path === 'team' && field.isSystem && !values.has('team')) return teamMark.text;
  return JSON.stringify(values.get(field.path) ?? emptyValue(field));
}

/** Names what was declared: an answer kept for another declaration is never given. */
function shapeOf(fields: readonly CompiledField[]): string {
  const shape = fields.map((field) => [shapeOfField(field), (field.list?.items ?? []).map(shapeOfField)]);
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 8);
}

function shapeOfField({ name, column, field }: CompiledField): unknown {
  return [name, column, field.kind, field.default, field.scale];
}
