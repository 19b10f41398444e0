import { ForbiddenError, NotFoundError, type Id } from '@trellis-crm/sdk';
import { admitRecords } from '../changes/engine/admit-records.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { notFound, readRecord } from '../records/get-records.js';
import type { RecordScope, WriteScope } from '../records/record-scope.js';
import type { Tag } from '../records/tags/tag.js';
import { ensureTags, findTag, isTagId, readTags } from '../records/tags/tag-store.js';
import { tagRecords } from '../records/tags/tag-records.js';

/** The tags of a record that the actor may see. @throws NotFoundError `<noun>_not_found`, ForbiddenError */
export async function tagsOfRecord(scope: RecordScope, entity: CompiledEntity, id: Id): Promise<readonly Tag[]> {
  await readRecord(scope, entity, id);
  return tagsNow(scope, entity, id);
}

/** Gives a record a tag by id or name. @throws NotFoundError `<noun>_not_found`, `tag_not_found`, ForbiddenError, ValidationError `invalid_tag`, ConflictError `too_many_tags` */
export function addTag(scope: RecordScope, entity: CompiledEntity, id: Id, tag: string): Promise<readonly Tag[]> {
  return changing(scope, entity, id, async (tx) => {
    const added = (await findTag(tx.db, tag)) ?? (await madeTag(tx, tag));
    return { add: [added.id] };
  });
}

/** Gives a record tags by name, each made that is not there. @throws the same */
export function addTags(
  scope: RecordScope,
  entity: CompiledEntity,
  id: Id,
  names: readonly string[],
): Promise<readonly Tag[]> {
  return changing(scope, entity, id, async (tx) => {
    const tags = await ensureTags(tx.db, names, makerOf(tx));
    return { add: tags.map((tag) => tag.id) };
  });
}

/** Takes a tag off a record, by id or name; one that it does not have is gone already. @throws NotFoundError, ForbiddenError */
export function dropTag(scope: RecordScope, entity: CompiledEntity, id: Id, tag: string): Promise<readonly Tag[]> {
  return changing(scope, entity, id, async (tx) => {
    const dropped = await findTag(tx.db, tag);
    return dropped === undefined ? {} : { remove: [dropped.id] };
  });
}

/** A name that no tag has is a new tag; an id that none has is a mistake. */
async function madeTag(tx: WriteScope, tag: string): Promise<Tag> {
  const [made] = isTagId(tag) ? [] : await ensureTags(tx.db, [tag], makerOf(tx));
  if (made === undefined) throw new NotFoundError('tag_not_found');
  return made;
}

function makerOf({ identity, clock }: RecordScope): { readonly userId: Id | null; readonly now: Date } {
  return { userId: identity.userId, now: clock.now() };
}

/** A word is made only by whoever may write it somewhere: the record is asked first. */
function changing(
  scope: RecordScope,
  entity: CompiledEntity,
  given: Id,
  plan: (tx: WriteScope) => Promise<{ readonly add?: readonly Id[]; readonly remove?: readonly Id[] }>,
): Promise<readonly Tag[]> {
  // An address may have it in capitals, rows have not.
  const id = given.toLowerCase();
  return scope.inUnit(async (tx) => {
    const { admitted, problems } = await admitRecords(tx, entity, [id], 'update');
    if (problems[0]?.code === 'not_found') throw notFound(entity);
    if (problems.length > 0) throw new ForbiddenError('forbidden');
    const change = await plan(tx);
    await tagRecords(tx, entity, admitted, () => change);
    return tagsNow(tx, entity, id);
  });
}

async function tagsNow({ db }: RecordScope, entity: CompiledEntity, id: Id): Promise<readonly Tag[]> {
  return (await readTags(db, entity.definition.id, [id])).get(id.toLowerCase()) ?? [];
}
