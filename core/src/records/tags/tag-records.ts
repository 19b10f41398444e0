import { ConflictError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';
import { recordHistory, type HistoryEntry } from '../history.js';
import type { PresentedRecord } from '../present-record.js';
import type { WriteScope } from '../record-scope.js';
import { tagsPath, type Tag } from './tag.js';
import { readTags, tagsById } from './tag-store.js';

/** Tags of one record at most. */
export const mostTags = 50;

/** What becomes of a record's tags. */
export interface TagChange {
  readonly add?: readonly Id[];
  readonly remove?: readonly Id[];
}

/**
 * Gives records tags and takes others away, and writes what changed into their history: as many statements for one record as for
 * thousands. The records are locked and their rights asked. Neither version nor date of the records change: what they say does not.
 * @returns the records that have other tags now
 * @throws ConflictError `too_many_tags`
 */
export async function tagRecords(
  scope: WriteScope,
  entity: CompiledEntity,
  records: readonly PresentedRecord[],
  changeOf: (id: Id) => TagChange,
): Promise<readonly Id[]> {
  const ids = records.map(({ id }) => id);
  const before = await readTags(scope.db, entity.definition.id, ids);
  const known = await knownTags(
    scope,
    ids.flatMap((id) => changeOf(id).add ?? []),
  );
  const changes = records.flatMap(
    (record) => planOf(record, before.get(record.id) ?? [], changeOf(record.id), known) ?? [],
  );
  await writeTags(scope, entity, changes);
  await recordHistory(scope, entity, changes.map(entryOf));
  return changes.map(({ record }) => record.id);
}

async function knownTags({ db }: WriteScope, ids: readonly Id[]): Promise<ReadonlyMap<Id, Tag>> {
  const tags = ids.length === 0 ? [] : await tagsById(db, [...new Set(ids)]);
  return new Map(tags.map((tag) => [tag.id, tag]));
}

interface Planned {
  readonly record: PresentedRecord;
  readonly before: readonly Tag[];
  readonly after: readonly Tag[];
}

function planOf(
  record: PresentedRecord,
  before: readonly Tag[],
  { add = [], remove = [] }: TagChange,
  known: ReadonlyMap<Id, Tag>,
): Planned | null {
  const has = new Set(before.map(({ id }) => id));
  const going = new Set(remove.filter((id) => has.has(id)));
  const coming = [...new Set(add)].filter((id) => !has.has(id)).flatMap((id) => known.get(id) ?? []);
  if (going.size === 0 && coming.length === 0) return null;
  const after = [...before.filter(({ id }) => !going.has(id)), ...coming];
  if (after.length > mostTags && coming.length > 0) throw new ConflictError('too_many_tags', { most: mostTags });
  return { record, before, after };
}

async function writeTags(scope: WriteScope, entity: CompiledEntity, changes: readonly Planned[]): Promise<void> {
  if (changes.length === 0) return;
  const pairs = (from: (change: Planned) => readonly Tag[], without: (change: Planned) => readonly Tag[]) =>
    changes.flatMap((change) => {
      const left = new Set(without(change).map(({ id }) => id));
      return from(change).flatMap(({ id }) => (left.has(id) ? [] : [[change.record.id, id] as const]));
    });
  const gone = pairs(
    ({ before }) => before,
    ({ after }) => after,
  );
  const added = pairs(
    ({ after }) => after,
    ({ before }) => before,
  );
  await scope.db.raw(
    `delete from core.record_tags g using unnest(?::uuid[], ?::uuid[]) as gone(record, tag)
     where g.entity = ? and g.record_id = gone.record and g.tag_id = gone.tag`,
    [...columnsOf(gone), entity.definition.id],
  );
  await scope.db.raw(
    `insert into core.record_tags (entity, record_id, tag_id, tagged_by, tagged_at)
     select ?, record, tag, ?, ? from unnest(?::uuid[], ?::uuid[]) as added(record, tag) on conflict do nothing`,
    [entity.definition.id, scope.identity.userId, scope.clock.now(), ...columnsOf(added)],
  );
}

function columnsOf(pairs: readonly (readonly [Id, Id])[]): readonly [Id[], Id[]] {
  return [pairs.map(([record]) => record), pairs.map(([, tag]) => tag)];
}

function entryOf({ record, before, after }: Planned): HistoryEntry {
  const named = (tags: readonly Tag[]): object[] => tags.map(({ id, name }) => ({ id, name }));
  return {
    id: record.id,
    version: Number(record['version']),
    change: 'updated',
    changes: { [tagsPath]: { from: named(before), to: named(after) } },
    cause: null,
  };
}
