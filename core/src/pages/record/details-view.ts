import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { displayField, type DisplaySources, type ValueView } from '../fields/field-display.js';
import {
  addressOf,
  extensionFields,
  findField,
  formFields,
  type EntityField,
  type RecordValues,
} from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';
import { isWithout } from '../list/list-view.js';

/** One field of the details: its value, and where it is changed in place. */
export interface DetailView {
  readonly id: string;
  readonly label: string;
  readonly value: ValueView;
  /** Absent when this person may not change it. */
  readonly editHref?: string;
  readonly editLabel?: string;
  /** The value brings a link of its own, so only the pencil beside it opens the editor. */
  readonly hasLink: boolean;
}

/** Fields the details show: those of the form and the read-only ones, then plugins' and the standard ones. */
export function detailFields(entity: CompiledEntity): EntityField[] {
  const own = formFields(entity);
  const shown = new Set(own.map(({ path }) => path));
  const readOnly = Object.entries(entity.definition.fields).filter(
    ([name, { readOnly: isReadOnly }]) => isReadOnly === true && !shown.has(name),
  );
  const more = [...readOnly.map(([name]) => name), 'team', 'createdAt', 'updatedAt'].flatMap((name) =>
    shown.has(name) ? [] : (findField(entity, name) ?? []),
  );
  return [...own, ...extensionFields(entity).flatMap(({ fields }) => fields), ...more].filter(
    ({ name }) => name !== entity.definition.title,
  );
}

/** One field as the details show it. */
export function detailView(
  call: EntityCall,
  field: EntityField,
  record: RecordValues,
  sources: DisplaySources,
): DetailView {
  const { entity } = call;
  const value = displayField(entity, field, record, sources);
  const label = call.labels.field(entity, field);
  const base = { id: detailId(field), label, value, hasLink: bringsLink(value) };
  if (!mayEdit(call, field)) return base;
  const href = addressOf(entity, record);
  return { ...base, editHref: `${href}/fields/${field.path}`, editLabel: call.t('record.editField', { field: label }) };
}

/** Whether this person may change the field by a form; the record layer checks again, for the very record. */
export function mayEdit(call: EntityCall, { field }: EntityField): boolean {
  const { entity } = call;
  if (field.readOnly === true || isWithout(entity, 'update')) return false;
  return call.request.identity.reach(`${entity.definition.id}:update`) !== null;
}

/** The details as a card. */
export function renderDetails(call: EntityCall, record: RecordValues, sources: DisplaySources): SafeHtml {
  const { entity } = call;
  const items = detailFields(entity).map((field) => detailView(call, field, record, sources));
  const filled = items.filter(({ value }) => value.text !== '');
  const empty = items.filter(({ value, editHref }) => value.text === '' && editHref !== undefined);
  const view = { items: filled, empty, emptyLabel: call.t('record.emptyFields', { count: empty.length }) };
  return call.render('core:records/_details', view);
}

/** Id of a detail's element, which an editor takes the place of. */
export function detailId({ path }: EntityField): string {
  return `detail-${path.replaceAll('.', '-')}`;
}

function bringsLink({ kind, entries = [] }: ValueView): boolean {
  return ['link', 'email', 'phone', 'url', 'person'].includes(kind) || entries.some(({ href }) => href !== undefined);
}
