import { User, type Context, type Id } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Generation } from '../kernel/generation.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { plainText } from '../views/plain-text.js';
import type { ViewEnv } from '../views/index.js';
import { kindsOf, type KnownKind } from './kinds.js';
import type { NotificationRow } from './notification-store.js';

/** A line as its reader may see it. Moments are ISO 8601. */
export interface NotificationView {
  readonly id: Id;
  readonly kind: string;
  readonly icon: string;
  /** In the reader's language. */
  readonly text: string;
  /** What it is about; null when it is about no record, or one the reader may not read (any more). */
  readonly record: { readonly entity: string; readonly id: Id; readonly title: string } | null;
  /** Path it leads to; null when it leads nowhere. */
  readonly href: string | null;
  readonly count: number;
  readonly toldAt: string;
  readonly readAt: string | null;
  readonly snoozedUntil: string | null;
}

/** By whom and with what lines are read. */
export interface LineReader {
  readonly ctx: Context;
  readonly generation: Generation;
  readonly identity: Identity;
  readonly env: Pick<ViewEnv, 'locale'>;
}

/** Puts lines into words, with one query for each sort of record they are about; rights are the reader's, now. */
export async function presentLines(
  reader: LineReader,
  rows: readonly NotificationRow[],
): Promise<readonly NotificationView[]> {
  const [titles, names] = await Promise.all([titlesOf(reader, rows), namesOf(reader, rows)]);
  return rows.map((row) => presentLine(reader, row, titles, names));
}

/** Titles of the records that the reader may read, by `<entity>:<id>`. */
async function titlesOf(
  { ctx, generation, identity }: LineReader,
  rows: readonly NotificationRow[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = Map.groupBy(
    rows.filter(({ record_id }) => record_id !== null),
    ({ entity }) => entity ?? '',
  );
  const found = await Promise.all(
    [...wanted].map(async ([id, about]): Promise<[string, string][]> => {
      const definition = generation.entities.get(id)?.definition;
      if (definition === undefined || identity.reach(`${id}:read`) === null) return [];
      const ids = [...new Set(about.flatMap(({ record_id }) => record_id ?? []))];
      const records: readonly Readonly<Record<string, unknown>>[] = await ctx.records(definition).getMany(ids);
      return records.map((record) => [`${id}:${plainText(record['id'])}`, plainText(record[definition.title])]);
    }),
  );
  return new Map(found.flat());
}

async function namesOf(
  { ctx, identity }: LineReader,
  rows: readonly NotificationRow[],
): Promise<ReadonlyMap<Id, string>> {
  const ids = [...new Set(rows.flatMap(({ by_user }) => by_user ?? []))];
  if (ids.length === 0 || identity.reach('core.user:read') === null) return new Map();
  return new Map((await ctx.records(User).getMany(ids)).map(({ id, name }) => [id, name]));
}

function presentLine(
  reader: LineReader,
  row: NotificationRow,
  titles: ReadonlyMap<string, string>,
  names: ReadonlyMap<Id, string>,
): NotificationView {
  const kind = kindsOf(reader.generation).get(row.kind);
  const title = row.record_id === null ? null : titles.get(`${row.entity ?? ''}:${row.record_id}`);
  // Whoever may not read the record learns nothing of what happened to it, not even of what sort it was.
  const isHidden = kind === undefined || title === undefined || !mayHear(reader, row, kind);
  const words = isHidden ? hidden(reader) : told(reader, row, { kind, title, actor: names.get(row.by_user ?? '') });
  return { id: row.id, ...words, ...momentsOf(row) };
}

function momentsOf({ told_at, read_at, snoozed_until }: NotificationRow) {
  const [readAt = null, snoozedUntil = null] = [read_at?.toISOString(), snoozed_until?.toISOString()];
  return { toldAt: told_at.toISOString(), readAt, snoozedUntil };
}

/** What tells of many records tells nothing to those who may read none of that sort, nor a kind to those it is not for. */
function mayHear(
  { identity, generation }: LineReader,
  { entity }: NotificationRow,
  { permission }: KnownKind,
): boolean {
  if (permission !== undefined && identity.reach(permission) === null) return false;
  return entity === null || (generation.entities.has(entity) && identity.reach(`${entity}:read`) !== null);
}

type Words = Pick<NotificationView, 'kind' | 'icon' | 'text' | 'record' | 'href' | 'count'>;

function hidden({ generation, env }: LineReader): Words {
  const text = generation.views.translate(env, 'core', 'notifications.hidden');
  return { kind: 'core.hidden', icon: 'lock', text, record: null, href: null, count: 1 };
}

interface Facts {
  readonly kind: KnownKind;
  /** Null when it is about no record. */
  readonly title: string | null;
  readonly actor: string | undefined;
}

function told(
  { generation, env }: LineReader,
  row: NotificationRow,
  { kind, title, actor = generation.views.translate(env, 'core', 'notifications.somebody') }: Facts,
): Words {
  const entity = generation.entities.get(row.entity ?? '');
  const records = entity === undefined ? '' : manyOf(generation, env, entity);
  const values = { ...row.values, actor, record: title ?? '', records, count: row.count };
  const text = generation.views.translate(env, kind.module, kind.text, values);
  const { id, icon } = kind;
  return {
    kind: id,
    icon,
    text,
    record: recordOf(row, title),
    href: row.href ?? hrefOf(entity, row),
    count: row.count,
  };
}

function recordOf({ entity, record_id: id }: NotificationRow, title: string | null): Words['record'] {
  return entity === null || id === null || title === null ? null : { entity, id, title };
}

function hrefOf(entity: CompiledEntity | undefined, { record_id }: NotificationRow): string | null {
  if (entity === undefined || entity.definition.without?.includes('pages') === true) return null;
  return record_id === null ? `/${entity.path}` : `/${entity.path}/${record_id}`;
}

function manyOf({ views }: Generation, env: Pick<ViewEnv, 'locale'>, { definition }: CompiledEntity): string {
  const { module, noun, plural } = definition;
  const key = `${noun}.many`;
  const name = views.hasText(env, module, key) ? views.translate(env, module, key) : plural;
  return name.toLocaleLowerCase(env.locale);
}
