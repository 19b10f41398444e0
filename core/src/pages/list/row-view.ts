import { cutHoles, hole, markupHole } from '../../views/holed-markup.js';
import { SafeHtml } from '../../views/safe-html.js';
import { addressOf, asText, titleOf, type RecordValues } from '../fields/entity-field.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';
import { cellWriters } from './row-cells.js';
import { displaySources, isWithout } from './list-view.js';

/** The rows of a list as markup: around the cells of each the same frame, drawn once. */
export function rowsHtml(call: EntityCall, records: readonly RecordValues[], names: RecordNames): SafeHtml {
  const { entity, env, request } = call;
  const cells = cellWriters(call, displaySources(call, names));
  const canEdit = request.identity.reach(`${entity.definition.id}:update`) !== null && !isWithout(entity, 'update');
  const frame = request.generation.views.holed.of(`row ${env.locale} ${String(canEdit)}`, () =>
    drawFrame(call, canEdit),
  );
  let rows = '';
  for (const record of records) {
    let written = '';
    for (const write of cells) written += write(record);
    const editHref = `${addressOf(entity, record)}/edit`;
    rows += frame.write([asText(record['id']), SafeHtml.trust(written), editHref, titleOf(entity, record)]);
  }
  return SafeHtml.trust(rows);
}

function drawFrame({ render }: EntityCall, canEdit: boolean): ReturnType<typeof cutHoles> {
  const actions = canEdit ? render('core:records/_row-actions', { href: hole(2), name: hole(3) }) : undefined;
  return cutHoles(
    render('ui-table-rows', { rows: [{ id: hole(0), cellsHtml: markupHole(1), actions }], hasActions: true }),
  );
}
