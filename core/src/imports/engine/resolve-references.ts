import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { ReferenceKey } from '../mapping/import-value.js';
import type { ChunkPorts } from './import-ports.js';

/** What a reference leads to: a record, nothing, or more than one. */
type Resolution = { readonly id: Id } | 'missing' | 'ambiguous';

/** Where references lead, whatever set they came from. */
export interface Resolutions {
  of(reference: ReferenceKey): Resolution;
}

/** Looks up all references of a set with one query per entity and kind of key. */
export async function resolveReferences(references: readonly ReferenceKey[], ports: ChunkPorts): Promise<Resolutions> {
  const found = new Map<string, Map<string, Resolution>>();
  for (const [group, members] of Map.groupBy(references, groupOf)) {
    const [first] = members;
    if (first !== undefined) found.set(group, await lookUp(first, [...new Set(members.map(({ key }) => key))], ports));
  }
  return { of: (reference) => found.get(groupOf(reference))?.get(reference.key) ?? 'missing' };
}

/** Every reference within a value: itself, or those in the entries of a list. */
export function referencesIn(value: unknown): readonly ReferenceKey[] {
  return addReferences(value, null) ?? none;
}

const none: readonly ReferenceKey[] = [];

/** Most values hold none, so a list is made for the first one only. */
function addReferences(value: unknown, found: ReferenceKey[] | null): ReferenceKey[] | null {
  if (typeof value !== 'object' || value === null) return found;
  if (value instanceof ReferenceKey) return [...(found ?? []), value];
  let all = found;
  for (const part of Array.isArray(value) ? value : Object.values(value)) all = addReferences(part, all);
  return all;
}

/** A value with its references replaced. */
export function replaceReferences(value: unknown, replace: (reference: ReferenceKey) => unknown): unknown {
  if (value instanceof ReferenceKey) return replace(value);
  if (Array.isArray(value)) return value.map((part) => replaceReferences(part, replace));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replaceReferences(part, replace)]));
}

function groupOf({ entity, by }: ReferenceKey): string {
  return `${entity} ${by}`;
}

async function lookUp(
  { entity: entityId, by }: ReferenceKey,
  keys: readonly string[],
  ports: ChunkPorts,
): Promise<Map<string, Resolution>> {
  const entity = ports.entity(entityId);
  if (entity === undefined) return new Map();
  if (by === 'externalId') return visibleOnly(entity, await ports.externalIds.find(entityId, keys), ports);
  if (by === 'id') return visibleOnly(entity, new Map(keys.map((key) => [key, key])), ports);
  const byValue = Map.groupBy(await ports.records.findByField(entity, by, keys), ({ value }) => String(value));
  return new Map([...byValue].map(([value, records]) => [value, soleId(records.map(({ id }) => id))]));
}

/** Keys outlive records: one in the trash, or out of the actor's sight, is missing. */
async function visibleOnly(
  entity: CompiledEntity,
  ids: ReadonlyMap<string, Id>,
  ports: ChunkPorts,
): Promise<Map<string, Resolution>> {
  const visible = await ports.records.load(entity, [...new Set(ids.values())]);
  return new Map([...ids].filter(([, id]) => visible.has(id)).map(([key, id]) => [key, { id }]));
}

function soleId(ids: readonly Id[]): Resolution {
  const [only, other] = new Set(ids);
  if (only === undefined) return 'missing';
  return other === undefined ? { id: only } : 'ambiguous';
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
