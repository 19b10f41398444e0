import { isDeepStrictEqual } from 'node:util';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import type { RecordValues } from '../records/parse-input.js';
import { valuesOf, type PresentedRecord } from '../records/present-record.js';
import type { RecordScope } from '../records/record-scope.js';
import { mayWriteField } from '../records/rights.js';

/** By field path the record whose value is taken. */
export type FieldChoices = Readonly<Record<string, string>>;

/** Records of a merge: the one that stays, and those that become it, in the order in which they were named. */
export interface MergedRecords {
  readonly winner: PresentedRecord;
  readonly losers: readonly PresentedRecord[];
}

/** Fields that somebody may choose the value of: those they may write. */
export function choosableFields(
  scope: Pick<RecordScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
): readonly CompiledField[] {
  return entity.fieldList.filter(
    (field) =>
      (!field.isSystem || field.path === 'owner') &&
      field.field.readOnly !== true &&
      mayWriteField(scope, field, entity),
  );
}

/**
 * What the winner becomes: chosen values; for the rest its own, an empty one filled with the first that is not. Entries of lists are
 * united unless a list was chosen.
 * @returns what differs from the winner
 */
export function mergedValues(
  scope: Pick<RecordScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
  { winner, losers }: MergedRecords,
  choices: FieldChoices,
): RecordValues {
  const fields = choosableFields(scope, entity);
  const values = new Map([winner, ...losers].map((record) => [record.id, valuesOf(fields, record)]));
  const merged = new Map<string, unknown>();
  for (const field of fields) {
    const all = [...values.values()].map((of) => of.get(field.path));
    const chosen = choices[field.path];
    const value = chosen === undefined ? united(field, all) : values.get(chosen)?.get(field.path);
    const kept = withoutThemselves(field, value, { entity, ids: new Set(values.keys()) });
    if (!isDeepStrictEqual(kept, all[0])) merged.set(field.path, kept);
  }
  return merged;
}

function united(field: CompiledField, all: readonly unknown[]): unknown {
  if (field.list !== null) return unitedEntries(field, all.flatMap(entriesOf));
  if (field.field.kind === 'choices')
    return [...new Set(all.flatMap((value) => (Array.isArray(value) ? (value as readonly unknown[]) : [])))];
  return all.find((value) => value !== null && value !== undefined && value !== '') ?? all[0];
}

type Entry = Readonly<Record<string, unknown>>;

/** Entries that say the same once, in their order; of what only one can be (the primary address) the first stays. */
function unitedEntries({ list, field }: CompiledField, entries: readonly Entry[]): readonly Entry[] {
  const items = list?.items ?? [];
  const required = items.filter((item) => item.field.required === true);
  const naming = required.length > 0 ? required : items;
  const flags = items.filter((item) => item.field.kind === 'boolean').map(({ name }) => name);
  const known = new Map<string, Entry>();
  const raised = new Set<string>();
  for (const entry of entries) {
    const key = JSON.stringify(naming.map(({ name }) => entry[name]));
    if (known.has(key)) continue;
    const lowered = flags.filter((flag) => entry[flag] === true && raised.has(flag));
    known.set(key, { ...entry, ...Object.fromEntries(lowered.map((flag) => [flag, false])) });
    for (const flag of flags) if (entry[flag] === true) raised.add(flag);
  }
  return [...known.values()].slice(0, field.max);
}

/** A record that refers to one it is merged with would refer to itself. */
function withoutThemselves(
  field: CompiledField,
  value: unknown,
  { entity, ids }: { readonly entity: CompiledEntity; readonly ids: ReadonlySet<string> },
): unknown {
  const leadsHere = ({ target }: CompiledField): boolean => target === entity.definition.id;
  if (field.list !== null) {
    const refs = field.list.items.filter(leadsHere);
    return entriesOf(value).filter((entry) => !refs.some(({ name }) => ids.has(String(entry[name]))));
  }
  return leadsHere(field) && ids.has(String(value)) ? null : value;
}

function entriesOf(value: unknown): readonly Entry[] {
  return Array.isArray(value) ? (value as readonly Entry[]) : [];
}
