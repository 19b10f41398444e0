import type { CompiledEntity } from '../../records/compiled-entity.js';
import { SafeHtml } from '../../views/safe-html.js';
import { addressOf, asText, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { displayField, type DisplaySources, type ValueView } from '../fields/field-display.js';
import { collectRefs, type RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';
import { displaySources, isNumeric, isWideOnly, isWithout, listFields, needsLabel } from './list-view.js';

/** The rows of a list as markup; one that was shown before with the same content, to whomever, is not rendered anew. */
export function rowsHtml(call: EntityCall, records: readonly RecordValues[], names: RecordNames): SafeHtml {
  const { entity, env, request } = call;
  const table: Table = {
    entity,
    fields: listFields(entity),
    sources: displaySources(call, names),
    canEdit: request.identity.reach(`${entity.definition.id}:update`) !== null && !isWithout(entity, 'update'),
  };
  const paths = table.fields.map(({ path }) => path).join();
  const reader = [entity.definition.id, paths, env.locale, env.timeZone, env.currency, table.canEdit].join('|');
  const { fragments } = request.generation.views;
  const rows = records.map((record) =>
    fragments.of([reader, record, changingTexts(table, record)], () =>
      call.render('ui-table-rows', { rows: [rowOf(call, table, record)], hasActions: true }),
    ),
  );
  return SafeHtml.trust(rows.map((row) => row.toHTML()).join(''));
}

interface Table {
  readonly entity: CompiledEntity;
  readonly fields: readonly EntityField[];
  readonly sources: DisplaySources;
  readonly canEdit: boolean;
}

/** What a row shows beyond the record itself: names of others, and moments as they stand to the present one. */
function changingTexts({ entity, fields, sources }: Table, record: RecordValues): readonly (string | null)[] {
  const moments = fields.filter(({ field }) => field.kind === 'dateTime');
  const names = [...collectRefs(entity, fields, [record])].flatMap(([target, ids]) =>
    [...ids].map((id) => sources.names.of(target, id)?.title ?? null),
  );
  return [...moments.map((field) => displayField(entity, field, record, sources).text), ...names];
}

function rowOf(call: EntityCall, { entity, fields, sources, canEdit }: Table, record: RecordValues): object {
  const href = addressOf(entity, record);
  const cells = fields.map((field, place) => ({
    ...cellOf(displayField(entity, field, record, sources)),
    ...(needsLabel(field.field) ? { label: call.labels.field(entity, field) } : {}),
    isNumeric: isNumeric(field.field),
    isWideOnly: isWideOnly(field),
    ...(place === 0 ? { isTitle: true, href } : {}),
  }));
  return { id: asText(record['id']), cells, actions: canEdit ? rowActions(call, href, record) : undefined };
}

/** In a table a list field shows its first entry and how many more there are. */
function cellOf(value: ValueView): ValueView {
  if (value.kind === 'longText') return { ...value, kind: 'text' };
  if (value.kind !== 'entries') return value;
  const [first, ...rest] = value.entries ?? [];
  if (first === undefined) return { kind: 'text', text: '' };
  const text = rest.length === 0 ? first.text : `${first.text} +${rest.length}`;
  return first.href === undefined ? { kind: 'text', text } : { kind: 'link', text, href: first.href };
}

function rowActions({ entity, render }: EntityCall, href: string, record: RecordValues): SafeHtml {
  const name = titleOf(entity, record);
  return render('core:records/_row-actions', { href: `${href}/edit`, name });
}
