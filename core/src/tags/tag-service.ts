import { ConflictError, NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { auditAccess, type AccessChange } from '../auth/access-audit.js';
import type { Identity } from '../auth/index.js';
import { uuidV7 } from '../database/uuid-v7.js';
import { tagKey, toneFor, type Tag, type TagTone } from '../records/tags/tag.js';
import { checkedNames } from '../records/tags/tag-store.js';
import type { Workspace } from '../workspace/workspace.js';
import { refuseStale, type AskedVersion } from '../kernel/asked-version.js';

/** A tag as whoever looks after them sees it. */
export interface KeptTag extends Tag {
  readonly version: number;
  /** Records that have it, those in the trash among them. */
  readonly uses: number;
}

/** What may be said about a tag. */
export interface TagDraft {
  readonly name: string;
  readonly tone?: TagTone;
}

/** Who changes the words of the workspace, on which version of one. */
export interface TagChanger {
  readonly identity: Identity;
  readonly version?: AskedVersion;
}

/** All tags with how often they are used, by name. */
export async function listTags({ database }: Workspace): Promise<readonly KeptTag[]> {
  const { rows } = await database.knex.raw<{ rows: KeptTag[] }>(
    `select t.id, t.name, t.tone, t.version, coalesce(u.uses, 0)::integer as uses from core.tags t
     left join (select tag_id, count(*) as uses from core.record_tags group by tag_id) u on u.tag_id = t.id order by t.name_key`,
  );
  return rows;
}

/** Makes a tag. @throws ValidationError `invalid_tag`, ConflictError `tag_name_taken` */
export function createTag(workspace: Workspace, draft: TagDraft, { identity }: TagChanger): Promise<KeptTag> {
  return workspace.database.tx(async (trx) => {
    const [name = ''] = checkedNames([draft.name]);
    const tone = draft.tone ?? toneFor(name);
    const id = uuidV7();
    const row = {
      id,
      name,
      name_key: tagKey(name),
      tone,
      created_by: identity.userId,
      created_at: workspace.clock.now(),
    };
    const made = await trx('core.tags').insert(row).onConflict('name_key').ignore().returning('id');
    if (made.length === 0) throw nameTaken();
    await note(workspace, trx, identity, {
      recordId: id,
      verb: 'created',
      changes: { name: { to: name }, tone: { to: tone } },
    });
    return lockTag(trx, id);
  });
}

/** Renames a tag or gives it another colour. @throws NotFoundError `tag_not_found`, StaleError, ValidationError `invalid_tag`, ConflictError `tag_name_taken` */
export function changeTag(
  workspace: Workspace,
  id: Id,
  patch: Partial<TagDraft>,
  { identity, version = '*' }: TagChanger,
): Promise<KeptTag> {
  return workspace.database.tx(async (trx) => {
    const before = await lockTag(trx, id, version);
    const [name = before.name] = patch.name === undefined ? [] : checkedNames([patch.name]);
    const tone = patch.tone ?? before.tone;
    if (name === before.name && tone === before.tone) return before;
    const others = await trx<{ id: Id; name_key: string }>('core.tags')
      .where({ name_key: tagKey(name) })
      .whereNot({ id })
      .select('id');
    if (others.length > 0) throw nameTaken();
    await trx('core.tags')
      .where({ id })
      .update({ name, name_key: tagKey(name), tone, version: before.version + 1 });
    const changes = { name: { from: before.name, to: name }, tone: { from: before.tone, to: tone } };
    await note(workspace, trx, identity, { recordId: id, verb: 'updated', changes });
    return lockTag(trx, id);
  });
}

/** Gives the records of one tag another one, and removes it. @throws NotFoundError `tag_not_found`, ConflictError `same_tag` */
export function mergeTags(workspace: Workspace, id: Id, into: Id, { identity }: TagChanger): Promise<KeptTag> {
  return workspace.database.tx(async (trx) => {
    if (id.toLowerCase() === into.toLowerCase()) throw new ConflictError('same_tag');
    // In the order of their ids, so that two who merge the same ones do not wait for each other.
    await trx('core.tags').whereIn('id', [id, into]).orderBy('id').forUpdate().select('id');
    const [gone, kept] = [await lockTag(trx, id), await lockTag(trx, into)];
    await trx.raw(
      `insert into core.record_tags (entity, record_id, tag_id, tagged_by, tagged_at)
       select entity, record_id, ?, tagged_by, tagged_at from core.record_tags where tag_id = ? on conflict do nothing`,
      [kept.id, gone.id],
    );
    await trx('core.tags').where({ id: gone.id }).delete();
    const changes = { name: { from: gone.name, to: kept.name } };
    await note(workspace, trx, identity, { recordId: gone.id, verb: 'merged', changes });
    return lockTag(trx, into);
  });
}

/** Removes a tag, from all records that have it. @throws NotFoundError `tag_not_found`, StaleError */
export function removeTag(workspace: Workspace, id: Id, { identity, version = '*' }: TagChanger): Promise<void> {
  return workspace.database.tx(async (trx) => {
    const { name, tone } = await lockTag(trx, id, version);
    await trx('core.tags').where({ id }).delete();
    await note(workspace, trx, identity, {
      recordId: id,
      verb: 'deleted',
      changes: { name: { from: name }, tone: { from: tone } },
    });
  });
}

async function lockTag(trx: Knex.Transaction, id: Id, version: AskedVersion = '*'): Promise<KeptTag> {
  const { rows } = await trx.raw<{ rows: KeptTag[] }>(
    `select t.id, t.name, t.tone, t.version, (select count(*)::integer from core.record_tags where tag_id = t.id) as uses
     from core.tags t where t.id = ? for update`,
    [id],
  );
  const [tag] = rows;
  if (tag === undefined) throw new NotFoundError('tag_not_found');
  refuseStale(version, tag.version);
  return tag;
}

function nameTaken(): ConflictError {
  return new ConflictError(
    'tag_name_taken',
    {},
    { errors: [{ pointer: '/name', code: 'tag_name_taken', message: 'There is a tag of this name' }] },
  );
}

function note(
  { clock }: Workspace,
  trx: Knex.Transaction,
  by: Identity,
  change: Pick<AccessChange, 'recordId' | 'verb' | 'changes'>,
): Promise<void> {
  return auditAccess(trx, { ...change, entity: 'core.tag', by, at: clock.now() });
}
