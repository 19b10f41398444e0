import { cutHoles, hole, markupHole, type HoledMarkup } from '../../views/holed-markup.js';
import { SafeHtml } from '../../views/safe-html.js';
import { addressOf, asText, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';
import { keptRowsOf, type DrawnRow, type RowReader } from './kept-rows.js';
import { anybodysEnv, noteSources } from './noted-sources.js';
import { cellWriters } from './row-cells.js';
import { displaySources, isWithout, listFields } from './list-view.js';

/** The rows of a list as markup, one for each record given as JSON; those that look as they did before are not drawn again. */
export function rowsHtml(
  call: EntityCall,
  fields: readonly EntityField[],
  texts: readonly string[],
  names: RecordNames,
): SafeHtml {
  const { entity, env, request } = call;
  const { identity, generation } = request;
  const canEdit = identity.reach(`${entity.definition.id}:update`) !== null && !isWithout(entity, 'update');
  const reader: RowReader = {
    kind: [
      ...[entity.definition.id, fieldRightsOf(entity, identity), canEdit, env.locale, env.timeZone, env.currency],
      ...(fields === listFields(entity) ? [] : fields.map(({ path }) => path)),
    ].join(' '),
    names,
    timeAgo: (at) => generation.views.formatters.timeAgo(env, at),
  };
  const rows = keptRowsOf(generation);
  let drawRow: DrawRow | undefined;
  const draw: DrawRow = (text) => (drawRow ??= rowDrawing(call, fields, names, canEdit))(text);
  let html = '';
  for (const text of texts) html += rows.of(text, reader, draw);
  return SafeHtml.trust(html);
}

type DrawRow = (text: string) => DrawnRow;

/** Around the cells of each row the same frame, drawn once. */
function rowDrawing(call: EntityCall, fields: readonly EntityField[], names: RecordNames, canEdit: boolean): DrawRow {
  const { entity, request } = call;
  const { views } = request.generation;
  const env = anybodysEnv(call.env);
  const shared: EntityCall = { ...call, env, render: (template, context) => views.render(template, context, env) };
  const { sources, take } = noteSources(displaySources(shared, names));
  const cells = cellWriters(shared, fields, sources);
  const frame = views.holed.of(`row ${env.locale} ${String(canEdit)}`, () => drawFrame(shared, canEdit));
  return (text) => {
    const record = JSON.parse(text) as RecordValues;
    let written = '';
    for (const write of cells) written += write(record);
    const editHref = `${addressOf(entity, record)}/edit`;
    const html = frame.write([asText(record['id']), SafeHtml.trust(written), editHref, titleOf(entity, record)]);
    return { html, told: take() };
  };
}

function drawFrame({ render }: EntityCall, canEdit: boolean): HoledMarkup {
  const actions = canEdit ? render('core:records/_row-actions', { href: hole(2), name: hole(3) }) : undefined;
  return cutHoles(
    render('ui-table-rows', { rows: [{ id: hole(0), cellsHtml: markupHole(1), actions }], hasActions: true }),
  );
}
