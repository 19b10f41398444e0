import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { readableFields } from '../records/field-access.js';
import { readRecords } from '../records/get-records.js';
import type { PresentedRecord } from '../records/present-record.js';
import type { ReadScope } from '../records/record-scope.js';
import { mayReadField, reachFor } from '../records/rights.js';
import { completenessPath } from '../completeness/index.js';
import { hasTags, tagsPath } from '../records/tags/tag.js';
import { partOf, plain, referringFields, valueIn, type Column, type TitlesById } from './columns.js';
import { nextRecords } from './export-store.js';

/** An export under way. */
export interface ExportRun {
  readonly id: Id;
  readonly entity: CompiledEntity;
  /** Reads with the rights of whoever exports. */
  readonly scope: ReadScope;
  readonly fields: readonly CompiledField[];
  readonly columns: readonly Column[];
  /** The pool of work that takes long. */
  readonly knex: Knex;
}

/** Records read at once. */
const pageSize = 1000;

/**
 * Cells of an export, page by page in its order. Each page is read with the rights there are then, and between two pages no
 * connection is held, however slowly somebody reads.
 */
export async function* readRows(run: ExportRun): AsyncGenerator<readonly (readonly string[])[]> {
  // All that may be seen: that is what the database keeps ready as text.
  const fields = readableFields(run.scope, run.entity);
  let next: Promise<Page | null> = readPage(run, fields, 0);
  for (let behind = pageSize; ; behind += pageSize) {
    const page = await next;
    if (page === null) return;
    // The database works on the next page while this one is written.
    next = readPage(run, fields, behind);
    next.catch(() => undefined);
    yield page.records.map((record) => run.columns.map((column) => column.of(record, page.titles)));
  }
}

interface Page {
  readonly records: readonly PresentedRecord[];
  readonly titles: TitlesById;
}

async function readPage(run: ExportRun, fields: readonly CompiledField[], behind: number): Promise<Page | null> {
  const scope = { ...run.scope, db: run.knex };
  const ids = await nextRecords(run.knex, run.id, behind, pageSize);
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
  const references = referringFields(fields).flatMap((field) => records.flatMap((one) => referencesOf(field, one)));
  const titles = new Map<Id, string>();
  for (const [entityId, group] of Map.groupBy(references, ({ target }) => target)) {
    const target = scope.generation.entities.get(entityId);
    const title = target?.fields.get(target.definition.title);
    if (target === undefined || title === undefined || !mayTell(scope, target, title)) continue;
    const id = target.fieldList.filter(({ path }) => path === 'id');
    const ids = [...new Set(group.map((one) => one.id))];
    for (const record of await readRecords(scope, target, ids, { fields: [...id, title] }))
      titles.set(record.id, plain(record[title.name]));
  }
  return titles;
}

function mayTell(scope: ReadScope, target: CompiledEntity, title: CompiledField): boolean {
  return reachFor(scope, target, 'read') !== null && mayReadField(scope, title, target);
}

interface FoundReference {
  readonly target: string;
  readonly id: Id;
}

function referencesOf(field: CompiledField, record: PresentedRecord): FoundReference[] {
  const value = valueIn(record, field);
  if (field.list === null) return reference(field, value);
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  const { items } = field.list;
  return entries.flatMap((entry) => items.flatMap((item) => reference(item, partOf(entry, item.name))));
}

function reference({ target }: CompiledField, id: unknown): FoundReference[] {
  return target !== null && typeof id === 'string' ? [{ target, id }] : [];
}
