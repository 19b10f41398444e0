import type { Field } from '@trellis-crm/sdk';
import type { ImportableEntity } from '../../imports/mapping/entity-fields.js';
import { targetOf } from '../../imports/mapping/entity-fields.js';
import { fieldAt, soleItem } from '../../imports/plan/guess-plan.js';
import { entryPathOf, linkPathOf, listNameOf, type ImportPlan } from '../../imports/plan/import-plan.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { findField, type EntityField } from '../fields/entity-field.js';
import { linkTargets } from '../fields/links-control.js';
import { humanise } from '../fields/labels.js';
import { tagsFieldOf } from '../fields/tags-field.js';
import type { PageCall } from '../page-call.js';

/** One choice of a select. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Entries of a list that can be chosen at most. */
const mostEntries = 10;

/** Every field a column may go to, in the reader's language. Lists offer one entry more than the plan uses. */
export function fieldChoices(call: PageCall, target: ImportableEntity, plan: ImportPlan): readonly Choice[] {
  const used = Object.values(plan.columns).flatMap(({ field }) => entryPathOf(field) ?? []);
  return [...target.fields].flatMap(([path, declared]) => {
    if (target.readOnly.has(path)) return [];
    const label = fieldLabel(call, target, path);
    if (declared.kind === 'links') return [{ value: path, label }, ...linkChoices(call, target, path, declared)];
    if (declared.kind !== 'list') return [{ value: path, label }];
    const last = Math.max(0, ...used.filter(({ list }) => list === path).map(({ entry }) => entry));
    const whole = soleItem(declared) === null ? [] : [{ value: path, label }];
    return [...whole, ...entryChoices(call, target, path, Math.min(mostEntries, Math.max(2, last + 1)))];
  });
}

/** One for each entity that links may lead to. */
function linkChoices(call: PageCall, target: ImportableEntity, path: string, declared: Field): readonly Choice[] {
  return linkTargets(call.request.generation, target.entity, declared).map(({ definition }) => {
    const value = `${path}.${definition.id}`;
    return { value, label: fieldLabel(call, target, value) };
  });
}

function entryChoices(call: PageCall, target: ImportableEntity, list: string, count: number): readonly Choice[] {
  const items = Object.keys(target.fields.get(list)?.item ?? {});
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((entry) =>
    items.map((item) => {
      const value = `${list}.${entry}.${item}`;
      return { value, label: fieldLabel(call, target, value) };
    }),
  );
}

/** Name of a field for people; of an entry's field with the number of the entry. */
export function fieldLabel(call: PageCall, { entity }: Pick<ImportableEntity, 'entity'>, path: string): string {
  const whole = findField(entity, path) ?? tagsFieldOf(entity).find((tags) => tags.path === path);
  if (whole !== undefined) return call.labels.field(entity, whole);
  const field = findField(entity, listNameOf(path));
  return field === undefined ? humanise(path) : partLabel(call, entity, field, path);
}

function partLabel(call: PageCall, entity: CompiledEntity, field: EntityField, path: string): string {
  const { labels, t, request } = call;
  const [list, entry] = [labels.field(entity, field), entryPathOf(path)];
  if (entry !== null)
    return t('imports.entryField', { list, entry: entry.entry, field: labels.item(entity, field, entry.item) });
  const linked = request.generation.entities.get(linkPathOf(path)?.item ?? '');
  return linked === undefined ? list : t('imports.linkedField', { list, entity: labels.one(linked.definition) });
}

/** Options of a choice field, in the reader's language; of what is so or not, yes and no. */
export function optionChoices(call: PageCall, target: ImportableEntity, path: string): readonly Choice[] {
  if (fieldAt(target, path)?.kind === 'boolean')
    return [
      { value: 'true', label: call.t('ui.yes') },
      { value: 'false', label: call.t('ui.no') },
    ];
  const entry = entryPathOf(path);
  const field = findField(target.entity, entry?.list ?? path);
  const options = fieldAt(target, path)?.options ?? [];
  const labelOf = (option: string): string =>
    field === undefined ? humanise(option) : call.labels.option(target.entity, field, option, entry?.item);
  return options.map((value) => ({ value, label: labelOf(value) }));
}

/** How the record that a reference means is found: its title, an e-mail address, a key of another system. */
export function referenceChoices(call: PageCall, target: ImportableEntity, declared: Field): readonly Choice[] {
  const { generation } = call.request;
  const id = targetOf(generation, target.entity, declared);
  const other = id === null ? undefined : generation.entities.get(id.entity);
  if (id === null || other === undefined) return [];
  const mails = Object.entries(other.definition.fields).flatMap(([name, { kind, item }]) => {
    if (kind === 'email') return [name];
    return item?.['email'] === undefined ? [] : [`${name}.email`];
  });
  const title = findField(other, id.title);
  return [
    { value: '', label: title === undefined ? humanise(id.title) : call.labels.field(other, title) },
    ...mails.map((value) => ({ value, label: call.t('imports.by.email') })),
    { value: 'externalId', label: call.t('imports.by.externalId') },
  ];
}
