import { cutHoles, hole, markupHole, type HoledMarkup } from '../../views/holed-markup.js';
import { SafeHtml } from '../../views/safe-html.js';
import { asText, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';
import { bulkFormId, bulkRights } from '../changes/bulk-bar.js';
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
  const offers = offersOf(call);
  const reader: RowReader = {
    kind: [
      ...[
        entity.definition.id,
        fieldRightsOf(entity, identity),
        offers.canEdit,
        offers.isSelectable,
        env.locale,
        env.timeZone,
        env.currency,
      ],
      ...(fields === listFields(entity) ? [] : fields.map(({ path }) => path)),
    ].join(' '),
    names,
    timeAgo: (at) => generation.views.formatters.timeAgo(env, at),
  };
  const rows = keptRowsOf(generation);
  let drawRow: DrawRow | undefined;
  const draw: DrawRow = (text) => (drawRow ??= rowDrawing(call, fields, { names, ...offers }))(text);
  let html = '';
  for (const text of texts) html += rows.of(text, reader, draw);
  return SafeHtml.trust(html);
}

/** One row with something else in place of a cell. */
export function editedRowHtml(
  call: EntityCall,
  fields: readonly EntityField[],
  { text, names }: { readonly text: string; readonly names: RecordNames },
  editor: { readonly path: string; readonly html: SafeHtml },
): SafeHtml {
  const { cells, write } = rowParts(call, fields, { names, ...offersOf(call) });
  const record = JSON.parse(text) as RecordValues;
  const written = cells.map((cell, place) =>
    fields[place]?.path === editor.path ? editor.html.toHTML() : cell(record),
  );
  return SafeHtml.trust(write(record, written.join('')));
}

/** What a row offers beside its values. */
interface RowOffers {
  readonly canEdit: boolean;
  readonly isSelectable: boolean;
}

function offersOf(call: EntityCall): RowOffers {
  return { canEdit: mayEditRows(call), isSelectable: bulkRights(call) !== null };
}

/** Whether the reader may change records of the list at all. */
export function mayEditRows({ entity, request: { identity } }: EntityCall): boolean {
  return identity.reach(`${entity.definition.id}:update`) !== null && !isWithout(entity, 'update');
}

type DrawRow = (text: string) => DrawnRow;

/** For whom rows are drawn. */
interface Drawing extends RowOffers {
  readonly names: RecordNames;
}

function rowDrawing(call: EntityCall, fields: readonly EntityField[], drawing: Drawing): DrawRow {
  const { cells, take, write } = rowParts(call, fields, drawing);
  return (text) => {
    const record = JSON.parse(text) as RecordValues;
    let written = '';
    for (const cell of cells) written += cell(record);
    return { html: write(record, written), told: take() };
  };
}

/** Around the cells of each row the same frame, drawn once. */
function rowParts(call: EntityCall, fields: readonly EntityField[], { names, ...offers }: Drawing) {
  const { entity, request } = call;
  const { views } = request.generation;
  const env = anybodysEnv(call.env);
  const shared: EntityCall = { ...call, env, render: (template, context) => views.render(template, context, env) };
  const { sources, take } = noteSources(displaySources(shared, names));
  const cells = cellWriters(shared, { fields, canEdit: offers.canEdit }, sources);
  const frame = views.holed.of(`row ${env.locale} ${offers.isSelectable}`, () =>
    drawFrame(shared, offers.isSelectable),
  );
  const write = (record: RecordValues, written: string): string => {
    return frame.write([asText(record['id']), SafeHtml.trust(written), titleOf(entity, record)]);
  };
  return { cells, take, write };
}

function drawFrame({ render }: EntityCall, isSelectable: boolean): HoledMarkup {
  return cutHoles(
    render('ui-table-rows', {
      rows: [{ id: hole(0), cellsHtml: markupHole(1), selectLabel: hole(2) }],
      isSelectable,
      selectForm: bulkFormId,
    }),
  );
}
