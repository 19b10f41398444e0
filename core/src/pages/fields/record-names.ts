import type { Context, Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { linksIn } from '../../records/links.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { asText, targetOf, titleOf, type EntityField, type RecordValues } from './entity-field.js';

/** Names of the records that others refer to, for showing refs as people know them. */
export interface RecordNames {
  /** @returns null for a record that is gone or that the reader may not see */
  of(entity: string, id: string): { readonly title: string; readonly href: string } | null;
  /** The name alone. */
  titleOf(entity: string, id: string): string | null;
}

/** Looks up the names behind all refs of these records: one query per entity referred to, never one per record. */
export function loadNames(
  call: EntityCall,
  fields: readonly EntityField[],
  records: readonly RecordValues[],
): Promise<RecordNames> {
  return loadNamesOf(call, collectRefs(call.entity, fields, records));
}

/** The same for ids already collected, by entity id. */
export async function loadNamesOf(
  { ctx, request }: PageCall,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<RecordNames> {
  const { entities } = request.generation;
  const known = await Promise.all([...wanted].map(([id, ids]) => titlesOf(ctx, entities.get(id), [...ids])));
  const titles = new Map(known.flat());
  return namesFrom(entities, (entity, id) => titles.get(`${entity} ${id}`));
}

/** Names by titles that were found already. */
export function namesFrom(
  entities: ReadonlyMap<string, CompiledEntity>,
  titleOfId: (entity: string, id: string) => string | undefined,
): RecordNames {
  return {
    of(entity, id) {
      const target = entities.get(entity);
      const title = titleOfId(entity, id);
      return target === undefined || title === undefined ? null : { title, href: `/${target.path}/${id}` };
    },
    titleOf: (entity, id) => (entities.has(entity) ? (titleOfId(entity, id) ?? null) : null),
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
    for (const record of records) collectValue(entity, field, valueIn(record), refs);
  }
  return refs;
}

/** Adds the ids that a value of a field refers to, by entity id. */
export function collectValue(
  entity: CompiledEntity,
  field: Field,
  value: unknown,
  refs: Map<string, Set<string>>,
): void {
  const note = (target: string, id: string): void => {
    refs.set(target, (refs.get(target) ?? new Set()).add(id));
  };
  if (field.kind === 'ref' && typeof value === 'string') note(targetOf(entity, field), value);
  if (field.kind === 'links') for (const link of linksIn(value)) note(link.entity, link.id);
  if (field.kind === 'list') collectEntries(entity, field, value, refs);
}

function collectEntries(entity: CompiledEntity, field: Field, value: unknown, refs: Map<string, Set<string>>): void {
  if (!Array.isArray(value)) return;
  const items = Object.entries(field.item ?? {});
  for (const entry of value as RecordValues[])
    items.forEach(([name, item]) => collectValue(entity, item, entry[name], refs));
}

async function titlesOf(
  ctx: Context,
  target: CompiledEntity | undefined,
  ids: readonly string[],
): Promise<[string, string][]> {
  if (target === undefined) return [];
  const { definition } = target;
  if (ctx.actor.reach(`${definition.id}:read`) === null) return [];
  const records: readonly RecordValues[] = await ctx
    .query(definition)
    .where({ id: { in: ids } })
    .select(definition.title)
    .limit(1000);
  return records.map((record) => [`${definition.id} ${asText(record['id'])}`, titleOf(target, record)]);
}
