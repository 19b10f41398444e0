import { ValidationError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { prepare, runPrepared } from '../../database/prepared.js';
import { uuidV7 } from '../../database/uuid-v7.js';
import { tagKey, tagName, toneFor, type Tag } from './tag.js';

/** Tags of records, by record; one without tags is not there. */
export type TagsById = ReadonlyMap<Id, readonly Tag[]>;

/** Reads the tags of records of one entity, by their names. Says nothing of who may see the records. */
export async function readTags(db: Knex, entity: string, ids: readonly Id[]): Promise<TagsById> {
  const rows = (await runPrepared(db, tagsStatement, [entity, [...ids]])) as unknown as readonly TagRow[];
  const byRecord = Map.groupBy(rows, ([record]) => record);
  return new Map([...byRecord].map(([id, tags]) => [id, tags.map(([, tag, name, tone]) => ({ id: tag, name, tone }))]));
}

type TagRow = readonly [record: Id, id: Id, name: string, tone: Tag['tone']];

const tagsStatement = prepare(
  `select g.record_id::text, t.id::text, t.name, t.tone from core.record_tags g join core.tags t on t.id = g.tag_id
   where g.entity = $1::text and g.record_id = any($2::uuid[]) order by t.name_key`,
);

/** Every tag there is, by name. */
export async function allTags(db: Knex): Promise<readonly Tag[]> {
  const { rows } = await db.raw<{ rows: Tag[] }>('select id, name, tone from core.tags order by name_key');
  return rows;
}

/** Tags that are there, of those named by id. */
export async function tagsById(db: Knex, ids: readonly Id[]): Promise<readonly Tag[]> {
  const { rows } = await db.raw<{ rows: Tag[] }>('select id, name, tone from core.tags where id = any(?::uuid[])', [
    [...ids],
  ]);
  return rows;
}

/** Who makes a tag, and when. */
export interface TagMaker {
  readonly userId: Id | null;
  readonly now: Date;
}

/**
 * The tags of some names, those made that were not there: whoever uses a word first makes it. Two who do so at once get the same.
 * @throws ValidationError `invalid_tag`
 */
export async function ensureTags(
  trx: Knex,
  names: readonly string[],
  { userId, now }: TagMaker,
): Promise<readonly Tag[]> {
  const wanted = checkedNames(names);
  if (wanted.length === 0) return [];
  const named = wanted.map((name) => ({ id: uuidV7(), name, key: tagKey(name), tone: toneFor(name) }));
  // In one order, so that two who make the same ones do not wait for each other.
  const rows = named.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  await trx.raw(
    `insert into core.tags (id, name, name_key, tone, created_by, created_at)
     select id, name, key, tone, ?, ? from jsonb_to_recordset(?::jsonb) as n(id uuid, name text, key text, tone text)
     on conflict (name_key) do nothing`,
    [userId, now, JSON.stringify(rows)],
  );
  return tagsNamed(trx, wanted);
}

/** Tags that are there, of those named. */
export async function tagsNamed(db: Knex, names: readonly string[]): Promise<readonly Tag[]> {
  const { rows } = await db.raw<{ rows: Tag[] }>(
    'select id, name, tone from core.tags where name_key = any(?::text[]) order by name_key',
    [names.map((name) => tagKey(name))],
  );
  return rows;
}

/** Names as they are kept, each once. @throws ValidationError `invalid_tag` */
export function checkedNames(names: readonly string[]): readonly string[] {
  const checked = names.map((text, place) => {
    const name = tagName(text);
    if (name !== null) return [tagKey(name), name] as const;
    const message = 'must have 1 to 40 characters and no comma';
    throw new ValidationError(
      'invalid_tag',
      {},
      { errors: [{ pointer: `/tags/${place}`, code: 'invalid_tag', message }] },
    );
  });
  return [...new Map(checked).values()];
}

/** A tag by id or by name; undefined when there is none. */
export async function findTag(db: Knex, idOrName: string): Promise<Tag | undefined> {
  const [tag] = isTagId(idOrName) ? await tagsById(db, [idOrName]) : await tagsNamed(db, [idOrName]);
  return tag;
}

/** Whether a text names a tag by its id. */
export function isTagId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
