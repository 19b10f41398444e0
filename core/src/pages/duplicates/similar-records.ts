import { textOf, entryPlaces, type FormData } from '../fields/form-reader.js';
import { findField } from '../fields/entity-field.js';
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
  return showPart(call.render('core:records/_similar-list', listView(call, await findSimilar(call, form))));
}

/** Records that look like what a form describes and that were not in the form yet when it was sent. */
export async function unseenSimilar(call: EntityCall, form: FormData): Promise<readonly SimilarRecord[]> {
  const seen = new Set(textOf(form, '_similar').split(' '));
  const found = await findSimilar(call, form);
  return found.every(({ id }) => seen.has(id)) ? [] : found;
}

/** Context of `core:records/_similar`; null where nothing is declared to look for. */
export function similarView(call: EntityCall, similar: readonly SimilarRecord[]): object | null {
  const { duplicates, path, definition } = call.entity;
  if (duplicates.length === 0 || call.request.identity.reach(`${definition.id}:read`) === null) return null;
  const names = [...new Set(duplicates.map(({ field }) => field.path))];
  const controls = names.flatMap((name) => [`[name="${name}"]`, `[name^="${name}."]`]);
  return { src: `/${path}/similar`, include: controls.join(', '), ...listView(call, similar) };
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

function listView(call: EntityCall, similar: readonly SimilarRecord[]): object {
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
    title: t('duplicates.warning', words),
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
