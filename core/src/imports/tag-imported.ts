import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { PresentedRecord } from '../records/present-record.js';
import type { RecordScope } from '../records/record-scope.js';
import { hasTags, tagKey, tagsPath } from '../records/tags/tag.js';
import { tagRecords } from '../records/tags/tag-records.js';
import { ensureTags } from '../records/tags/tag-store.js';
import type { RecordJson } from './engine/import-ports.js';
import { tagsIn } from './mapping/tag-column.js';

/** A record that was just written, with what a file says about it. */
export interface TaggedRow {
  readonly record: PresentedRecord;
  readonly values: RecordJson;
}

/** What the record layer takes: tags are beside the record. */
export function withoutTags(entity: CompiledEntity, values: RecordJson): RecordJson {
  if (!(tagsPath in values) || !hasTags(entity)) return values;
  const { [tagsPath]: _, ...others } = values;
  return others;
}

/** Gives records the tags that a file names; words that are no tags yet become some. @returns the records that have other tags now */
export async function tagImported(
  scope: RecordScope,
  entity: CompiledEntity,
  rows: readonly TaggedRow[],
): Promise<readonly Id[]> {
  const tagged = hasTags(entity) ? rows.filter(({ values }) => tagsIn(values).length > 0) : [];
  if (tagged.length === 0) return [];
  return scope.inUnit(async (tx) => {
    const names = tagged.flatMap(({ values }) => tagsIn(values));
    // Of several spellings the last becomes the tag's; it shall be the first of the file.
    const known = await ensureTags(tx.db, names.toReversed(), { userId: tx.identity.userId, now: tx.clock.now() });
    const ids = new Map(known.map(({ id, name }) => [tagKey(name), id]));
    const wanted = new Map(
      tagged.map(({ record, values }) => [record.id, tagsIn(values).flatMap((name) => ids.get(tagKey(name)) ?? [])]),
    );
    const records = tagged.map(({ record }) => record);
    return tagRecords(tx, entity, records, (id) => ({ add: wanted.get(id) ?? [] }));
  });
}

/** Whether a file names a tag that the record, read with its tags, does not have. */
export function namesNewTag(entity: CompiledEntity, before: RecordJson, values: RecordJson): boolean {
  if (!hasTags(entity)) return false;
  const tags = (before[tagsPath] ?? []) as readonly { readonly name: string }[];
  const has = new Set(tags.map(({ name }) => tagKey(name)));
  return tagsIn(values).some((name) => !has.has(tagKey(name)));
}
