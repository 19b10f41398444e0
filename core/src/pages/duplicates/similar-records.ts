import { textOf, entryPlaces, type FormData } from '../fields/form-reader.js';
import { asText, findField, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { formValuesOf } from '../form/form-values.js';
import { isOutdated, readRecord, writableFields } from '../form/record-form.js';
import type { EntityCall } from '../page-call.js';
import { readApi } from '../api-client.js';
import { showPart, type PageAnswer } from '../page-endpoint.js';

/** A record that is likely the one a form describes, as the API tells it. */
export interface SimilarRecord {
  readonly id: string;
  readonly title: string | null;
  readonly score: number;
  readonly reasons: readonly string[];
}

/** `GET /<path>/similar`: what a form that is being filled in looks like; the form brings its values by the names of its controls. */
export async function showSimilar(call: EntityCall): Promise<PageAnswer> {
  const form = Object.fromEntries(call.request.url.searchParams);
  return showPart(call.render('core:records/_similar-list', listView(call, await findSimilar(call, form), null)));
}

/** `GET /<path>/:id/similar`: the same for a record that is being changed. */
export async function showSimilarToRecord(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  const form = Object.fromEntries(call.request.url.searchParams);
  const similar = await findSimilarAfter(call, form, record);
  return showPart(call.render('core:records/_similar-list', listView(call, similar, record)));
}

/**
 * Records that look like what a form describes and that were not in the form yet when it was sent.
 * @param record the one that the form changes; null for a new one
 */
export async function unseenSimilar(
  call: EntityCall,
  form: FormData,
  record: RecordValues | null,
): Promise<readonly SimilarRecord[]> {
  const seen = new Set(textOf(form, '_similar').split(' '));
  const found = await (record === null ? findSimilar(call, form) : findSimilarAfter(call, form, record));
  return found.every(({ id }) => seen.has(id)) ? [] : found;
}

/** The same for a form of one field; nothing when somebody else saved since it was opened, which is told first. */
export async function unseenByField(
  call: EntityCall,
  { path }: EntityField,
  form: FormData,
): Promise<readonly SimilarRecord[]> {
  if (!call.entity.duplicates.some(({ field }) => field.path === path)) return [];
  const record = await readRecord(call);
  return isOutdated(call, record) ? [] : unseenSimilar(call, form, record);
}

/** Context of `core:records/_similar-list` in a form of one field of a record; null when there are none. */
export function similarList(call: EntityCall, similar: readonly SimilarRecord[], record: RecordValues): object | null {
  return similar.length === 0 ? null : listView(call, similar, record);
}

/** Context of `core:records/_similar`; null where nothing is declared to look for. */
export function similarView(
  call: EntityCall,
  similar: readonly SimilarRecord[],
  record: RecordValues | null,
): object | null {
  const { duplicates, path, definition } = call.entity;
  if (duplicates.length === 0 || call.request.identity.reach(`${definition.id}:read`) === null) return null;
  const names = [...new Set(duplicates.map(({ field }) => field.path))];
  const controls = names.flatMap((name) => [`[name="${name}"]`, `[name^="${name}."]`]);
  const src = record === null ? `/${path}/similar` : `/${path}/${asText(record['id'])}/similar`;
  return { src, include: controls.join(', '), ...listView(call, similar, record) };
}

async function findSimilar(call: EntityCall, form: FormData): Promise<readonly SimilarRecord[]> {
  const { entity, request } = call;
  const query = askedOf(call, form);
  if (Object.keys(query).length === 0 || request.identity.reach(`${entity.definition.id}:read`) === null) return [];
  const { data } = await readApi<{ readonly data: readonly SimilarRecord[] }>(
    call,
    `/${entity.path}/duplicates`,
    query,
  );
  return data;
}

/** Others that look like the record by what the form changes of it: what it had in common with them before is known. */
async function findSimilarAfter(
  call: EntityCall,
  form: FormData,
  record: RecordValues,
): Promise<readonly SimilarRecord[]> {
  const before = askedOf(call, formValuesOf(writableFields(call.entity), record, call.env));
  const changed = Object.entries(askedOf(call, form)).filter(([name, value]) => value !== before[name]);
  if (changed.length === 0) return [];
  const names = new Set(changed.map(([name]) => name));
  const found = await findSimilar(call, form);
  return found.filter(({ id, reasons }) => id !== record['id'] && reasons.some((reason) => names.has(reason)));
}

/** What the form says of the fields that are compared. */
function askedOf({ entity }: EntityCall, form: FormData): Readonly<Record<string, string>> {
  const asked = entity.duplicates.map(({ field: { path }, item }) => {
    if (item === null) return [path, textOf(form, path).slice(0, longest)] as const;
    const values = entryPlaces(form, path).map((place) => textOf(form, `${path}.${place}.${item.name}`));
    return [
      `${path}.${item.name}`,
      values
        .filter((value) => value !== '')
        .join(',')
        .slice(0, longest),
    ] as const;
  });
  return Object.fromEntries(asked.filter(([, value]) => value !== ''));
}

const longest = 1000;

function listView(call: EntityCall, similar: readonly SimilarRecord[], record: RecordValues | null): object {
  const { entity, t, labels } = call;
  const { definition, path } = entity;
  const items = similar.map(({ id, title, reasons }) => ({
    title: title ?? t('duplicates.untitled'),
    href: `/${path}/${id}`,
    note: t('duplicates.same', { fields: reasonTexts(call, reasons) }),
  }));
  const words = {
    count: items.length,
    entity: labels.oneInText(definition),
    entities: labels.manyInText(definition),
  };
  return {
    title: t(record === null ? 'duplicates.warning' : 'duplicates.warningOfOthers', words),
    items,
    seen: similar.map(({ id }) => id).join(' '),
  };
}

/** The fields that two records have in common, in words. */
export function reasonTexts({ entity, labels, env }: EntityCall, reasons: readonly string[]): string {
  const fields = reasons.flatMap((reason) => findField(entity, reason.split('.')[0] ?? '') ?? []);
  const names = fields.map((field) => labels.field(entity, field));
  return new Intl.ListFormat(env.locale, { type: 'conjunction' }).format(names);
}
