import { ForbiddenError, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity, StoredActor } from '../auth/index.js';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { readableFields } from '../records/field-access.js';
import { readRecords } from '../records/get-records.js';
import type { PresentedRecord } from '../records/present-record.js';
import type { ReadScope } from '../records/record-scope.js';
import { mayReadField, reachFor } from '../records/rights.js';
import { completenessPath } from '../completeness/index.js';
import { isLinks, linksIn } from '../records/links.js';
import { hasTags, tagsPath } from '../records/tags/tag.js';
import { partOf, plain, referringFields, valueIn, type Column, type TitlesById } from './columns.js';
import { recordsOfPage } from './export-store.js';

/** An export under way. */
export interface ExportRun {
  readonly id: Id;
  readonly entity: CompiledEntity;
  /** Reads with the rights of whoever exports, as they were when it began. */
  readonly scope: ReadScope;
  readonly actor: StoredActor;
  readonly fields: readonly CompiledField[];
  readonly columns: readonly Column[];
  /** The pool of work that takes long. */
  readonly knex: Knex;
  readonly clock: Clock;
  actorNow(actor: StoredActor): Promise<Identity>;
}

/** Rights are asked for anew when they were looked at so long ago. */
const rightsForMs = 10_000;

/**
 * Cells of an export, page by page in its order. Each page is read with the rights there are then, and between two pages no
 * connection is held, however slowly somebody reads.
 */
export async function* readRows(run: ExportRun): AsyncGenerator<readonly (readonly string[])[]> {
  const rights = new CurrentRights(run);
  let next: Promise<Page | null> = readPage(run, rights, 0);
  for (let number = 1; ; number += 1) {
    const page = await next;
    if (page === null) return;
    // The database works on the next page while this one is written.
    next = readPage(run, rights, number);
    next.catch(() => undefined);
    yield page.records.map((record) => run.columns.map((column) => column.of(record, page.titles)));
  }
}

/** What whoever exports may see, as it is now; who may see less than was chosen gets no more. */
class CurrentRights {
  #scope: ReadScope;
  #at: number;

  constructor(private readonly run: ExportRun) {
    this.#scope = { ...run.scope, db: run.knex };
    this.#at = run.clock.now().getTime();
  }

  /** @throws NotFoundError `user_not_found`, ForbiddenError `permission_missing` */
  async scope(): Promise<ReadScope> {
    const { clock, actor, actorNow, fields, entity } = this.run;
    const now = clock.now().getTime();
    if (now - this.#at < rightsForMs) return this.#scope;
    this.#scope = { ...this.#scope, identity: await actorNow(actor) };
    this.#at = now;
    const lost = fields.find((field) => !mayReadField(this.#scope, field, entity));
    if (lost !== undefined) throw new ForbiddenError('permission_missing', { field: lost.path });
    return this.#scope;
  }
}

interface Page {
  readonly records: readonly PresentedRecord[];
  readonly titles: TitlesById;
}

async function readPage(run: ExportRun, rights: CurrentRights, number: number): Promise<Page | null> {
  const scope = await rights.scope();
  // All that may be seen: that is what the database keeps ready as text.
  const fields = readableFields(scope, run.entity);
  const ids = await recordsOfPage(run.knex, run.id, number, run.clock.now());
  if (ids.length === 0) return null;
  const withTags = hasTags(run.entity) && run.fields.some(({ path }) => path === tagsPath);
  const withCompleteness = run.fields.some(({ path }) => path === completenessPath);
  const read = await readRecords(scope, run.entity, ids, { fields, withTags, withCompleteness });
  const found = new Map(read.map((record) => [record.id, record]));
  const records = ids.flatMap((id) => found.get(id) ?? []);
  return { records, titles: await loadTitles(scope, run.fields, records) };
}

/** Titles of what records refer to, as far as the actor may read them: one query per entity. */
async function loadTitles(
  scope: ReadScope,
  fields: readonly CompiledField[],
  records: readonly PresentedRecord[],
): Promise<TitlesById> {
  const titles = new Map<Id, string>();
  for (const [entityId, ids] of referencesOf(fields, records)) {
    const target = scope.generation.entities.get(entityId);
    const title = target?.fields.get(target.definition.title);
    if (target === undefined || title === undefined || !mayTell(scope, target, title)) continue;
    const id = target.fieldList.filter(({ path }) => path === 'id');
    for (const record of await readRecords(scope, target, [...ids], { fields: [...id, title] }))
      titles.set(record.id, plain(record[title.name]));
  }
  return titles;
}

function mayTell(scope: ReadScope, target: CompiledEntity, title: CompiledField): boolean {
  return reachFor(scope, target, 'read') !== null && mayReadField(scope, title, target);
}

/** Ids that records refer to, by entity. */
function referencesOf(
  fields: readonly CompiledField[],
  records: readonly PresentedRecord[],
): ReadonlyMap<string, ReadonlySet<Id>> {
  const found = new Map<string, Set<Id>>();
  const note: Note = (target, id) => {
    if (target === null || typeof id !== 'string') return;
    const known = found.get(target);
    if (known === undefined) found.set(target, new Set([id]));
    else known.add(id);
  };
  for (const field of referringFields(fields))
    for (const record of records) noteValue(field, valueIn(record, field), note);
  return found;
}

type Note = (target: string | null, id: unknown) => void;

function noteValue(field: CompiledField, value: unknown, note: Note): void {
  if (isLinks(field.field)) for (const { entity, id } of linksIn(value)) note(entity, id);
  else if (field.list === null) note(field.target, value);
  else if (Array.isArray(value)) for (const entry of value) noteEntry(field.list.items, entry, note);
}

function noteEntry(items: readonly CompiledField[], entry: unknown, note: Note): void {
  for (const item of items) note(item.target, partOf(entry, item.name));
}
