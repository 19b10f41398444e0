import type { Context, Field } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { targetOf, type EntityField, type RecordValues } from './entity-field.js';

/** Names of the records that others refer to, for showing refs as people know them. */
export interface RecordNames {
  /** @returns null for a record that is gone or that the reader may not see */
  of(entity: string, id: string): { readonly title: string; readonly href: string } | null;
}

/** Looks up the names behind all refs of these records: one query per entity referred to, never one per record. */
export async function loadNames(
  ctx: Context,
  generation: Generation,
  entity: CompiledEntity,
  fields: readonly EntityField[],
  records: readonly RecordValues[],
): Promise<RecordNames> {
  const wanted = collectRefs(entity, fields, records);
  return loadNamesOf(ctx, generation, wanted);
}

/** The same for ids already collected, by entity id. */
export async function loadNamesOf(
  ctx: Context,
  generation: Generation,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<RecordNames> {
  const known = await Promise.all([...wanted].map(([id, ids]) => titlesOf(ctx, generation.entities.get(id), [...ids])));
  const titles = new Map(known.flat());
  return {
    of(entity, id) {
      const target = generation.entities.get(entity);
      const title = titles.get(`${entity} ${id}`);
      return target === undefined || title === undefined ? null : { title, href: `/${target.path}/${id}` };
    },
  };
}

/** Ids of all records that the given fields refer to, by entity id. */
export function collectRefs(
  entity: CompiledEntity,
  fields: readonly EntityField[],
  records: readonly RecordValues[],
): Map<string, Set<string>> {
  const refs = new Map<string, Set<string>>();
  for (const { field, valueIn } of fields) {
    for (const record of records) collectFrom(entity, field, valueIn(record), refs);
  }
  return refs;
}

function collectFrom(entity: CompiledEntity, field: Field, value: unknown, refs: Map<string, Set<string>>): void {
  if (field.kind === 'ref' && typeof value === 'string') {
    const target = targetOf(entity, field);
    const ids = refs.get(target) ?? new Set();
    refs.set(target, ids.add(value));
  }
  if (field.kind !== 'list' || !Array.isArray(value)) return;
  for (const entry of value as RecordValues[]) {
    for (const [name, item] of Object.entries(field.item ?? {})) collectFrom(entity, item, entry[name], refs);
  }
}

async function titlesOf(ctx: Context, target: CompiledEntity | undefined, ids: readonly string[]): Promise<[string, string][]> {
  if (target === undefined) return [];
  const { definition } = target;
  if (ctx.actor.reach(`${definition.id}:read`) === null) return [];
  const records = (await ctx.query(definition).where({ id: { in: ids } } as object).limit(1000)) as readonly RecordValues[];
  return records.map((record) => [`${definition.id} ${String(record['id'])}`, String(record[definition.title] ?? '')]);
}
