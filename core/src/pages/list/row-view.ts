import { cutHoles, hole, type HoledMarkup } from '../../views/holed-markup.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { SafeHtml } from '../../views/safe-html.js';
import { addressOf, asText, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import type { RecordNames } from '../fields/record-names.js';
import type { Labels } from '../fields/labels.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import type { EntityCall } from '../page-call.js';
import { cellOf, openCell, titleCell, type Filling } from './row-cells.js';
import { displaySources, isNumeric, isWideOnly, isWithout, listFields, needsLabel } from './list-view.js';

/**
 * The rows of a list as markup. Rows of the same form (which cells are empty, which are links …) differ in their texts and
 * addresses only: the template draws each form once, with holes, and every row fills one.
 */
export function rowsHtml(call: EntityCall, records: readonly RecordValues[], names: RecordNames): SafeHtml {
  const { entity, env, request } = call;
  const fields = listFields(entity);
  const sources = displaySources(call, names);
  const canEdit = request.identity.reach(`${entity.definition.id}:update`) !== null && !isWithout(entity, 'update');
  const { holed } = request.generation.views;
  const table = ['row', entity.definition.id, fieldRightsOf(entity, request.identity), env.locale, canEdit].join(' ');
  const cells = fields.map((field, place) => (place === 0 ? titleCell : cellOf)(call, sources, field));
  let rows = '';
  for (const record of records) {
    const values: Filling[] = [asText(record['id']), addressOf(entity, record), titleOf(entity, record)];
    let form = '';
    for (const fill of cells) form += `\n${fill(record, values)}`;
    const drawn = holed.of(table + form, () => drawRow(call, fields, form.slice(1).split('\n'), canEdit));
    rows += drawn.fill(values).toHTML();
  }
  return SafeHtml.trust(rows);
}

/** First come the holes of every row: the record's id, address and title. */
const rowHoles = 3;

function drawRow(
  { entity, labels, render }: EntityCall,
  fields: readonly EntityField[],
  form: readonly string[],
  canEdit: boolean,
): HoledMarkup {
  let next = rowHoles;
  const cells = form.map((cell, place) => {
    const { view, holes } = openCell(cell, next);
    next += holes;
    return {
      ...view,
      ...columnFacts(labels, entity, fields[place]),
      ...(place === 0 && { isTitle: true, href: hole(1) }),
    };
  });
  const actions = canEdit ? render('core:records/_row-actions', { href: `${hole(1)}/edit`, name: hole(2) }) : undefined;
  return cutHoles(render('ui-table-rows', { rows: [{ id: hole(0), cells, actions }], hasActions: true }));
}

function columnFacts(labels: Labels, entity: CompiledEntity, field: EntityField | undefined): object {
  if (field === undefined) return {};
  const label = needsLabel(field.field) ? { label: labels.field(entity, field) } : {};
  return { ...label, isNumeric: isNumeric(field.field), isWideOnly: isWideOnly(field) };
}
