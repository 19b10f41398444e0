import type { ImportableEntity } from '../mapping/entity-fields.js';
import { targetOf } from '../mapping/entity-fields.js';
import type { Generation } from '../../kernel/generation.js';
import type { FieldMapping, FieldSource, ImportMapping, RecordMapping, RecordMatch } from '../mapping/mapping.js';
import { fieldAt, soleItem } from './guess-plan.js';
import { plainName, targetsOfWord } from './header-words.js';
import { withoutUndefined } from '../without-undefined.js';
import { entryPathOf, linkPathOf, listNameOf, type ColumnPlan, type ImportPlan } from './import-plan.js';

/** The mapping that a plan means. Records that are to be created for references come before the one that refers to them. */
export function mappingOf(plan: ImportPlan, target: ImportableEntity, generation: Generation): ImportMapping {
  const columns = Object.entries(plan.columns);
  const record: RecordMapping = {
    entity: plan.entity,
    ...(plan.mode === 'both' ? {} : { mode: plan.mode }),
    fields: fieldsOf(columns, target),
    ...matchOf(plan),
  };
  const before = columns.flatMap(([column, how]) => createdFor(column, how, target, generation));
  return {
    source: plan.source,
    ...(plan.blanks === 'keep' ? {} : { blanks: plan.blanks }),
    ...(plan.timeZone !== undefined && { timeZone: plan.timeZone }),
    records: [...before, record],
  };
}

type Column = readonly [name: string, how: ColumnPlan];

function fieldsOf(columns: readonly Column[], target: ImportableEntity): RecordMapping['fields'] {
  const groups = Map.groupBy(columns, ([, { field }]) => (target.fields.has(field) ? field : listNameOf(field)));
  return Object.fromEntries([...groups].map(([field, members]) => [field, fieldMapping(field, members, target)]));
}

function fieldMapping(field: string, members: readonly Column[], target: ImportableEntity): FieldMapping {
  const isList = members.some(([, how]) => how.field !== field || how.constants !== undefined);
  if (isList || (members.length > 1 && target.fields.get(field)?.kind === 'list'))
    return listMapping(field, members, target);
  const [[column, how] = ['', { field }], ...others] = members;
  return others.length === 0 ? sourceOf(column, how, target) : joined(members);
}

/** Several columns make up one text, with a blank between: a given name comes before a family name. */
function joined(members: readonly Column[]): FieldSource {
  const placeOf = (column: string): number =>
    targetsOfWord(plainName(column)).find(({ place }) => place !== undefined)?.place ?? 0;
  const ordered = members.map(([column]) => column).sort((one, other) => placeOf(one) - placeOf(other));
  return { template: ordered.map((column) => `[{${column}} ]`).join('') };
}

function listMapping(list: string, members: readonly Column[], target: ImportableEntity): FieldMapping {
  const entries = new Map<string, Record<string, string | FieldSource>>();
  for (const [column, how] of members) {
    const path = entryPathOf(how.field);
    // A column of the list as a whole becomes an entry of its own beside numbered ones.
    const place = path === null ? `whole ${column}` : String(path.entry).padStart(2, '0');
    const constants = Object.entries(how.constants ?? {}).map(([name, value]) => [name, { value }] as const);
    const entry = { ...Object.fromEntries(constants), ...entries.get(place) };
    entries.set(place, { ...entry, [itemAt(how.field, list, target)]: sourceOf(column, how, target) });
  }
  return { entries: [...entries].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry) };
}

/** Field of an entry that a path goes to; of links the entity. */
function itemAt(path: string, list: string, target: ImportableEntity): string {
  const named = entryPathOf(path) ?? linkPathOf(path);
  if (named !== null) return named.item;
  const declared = target.fields.get(list);
  return (declared === undefined ? null : soleItem(declared)) ?? list;
}

function sourceOf(column: string, how: ColumnPlan, target: ImportableEntity): string | FieldSource {
  const { format, decimal, values, ref, missing } = how;
  const options = withoutUndefined({
    format,
    decimal,
    values,
    ref,
    missing: missing === 'notice' ? missing : undefined,
    // A record of the same file may stand further down.
    deferred: isToOwnKind(how.field, target) ? true : undefined,
  });
  return Object.keys(options).length === 0 ? column : { column, ...options };
}

function isToOwnKind(path: string, { fields, entity }: ImportableEntity): boolean {
  const { kind, target } = fields.get(path) ?? {};
  const { id } = entity.definition;
  return kind === 'ref' && (target === 'self' || target === id || (typeof target === 'object' && target.id === id));
}

/** A record with nothing but its title, where a reference shall not lead nowhere. */
function createdFor(
  column: string,
  { field, missing, ref }: ColumnPlan,
  target: ImportableEntity,
  generation: Generation,
): readonly RecordMapping[] {
  const declared = fieldAt(target, field);
  const other = missing !== 'create' || declared === undefined ? null : targetOf(generation, target.entity, declared);
  if (other === null || (ref !== undefined && ref !== other.title)) return [];
  return [{ entity: other.entity, optional: true, match: { field: other.title }, fields: { [other.title]: column } }];
}

function matchOf({ match }: ImportPlan): { readonly match?: RecordMatch } {
  if (match === 'none' || match === '') return {};
  if (match.startsWith('externalId:')) return { match: { externalId: match.slice('externalId:'.length) } };
  return { match: { field: match } };
}
