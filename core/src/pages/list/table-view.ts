import type { Field } from '@trellis-crm/sdk';
import { cutHoles, hole, markupHole } from '../../views/holed-markup.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { completenessField } from '../fields/completeness-field.js';
import type { EntityField } from '../fields/entity-field.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import type { EntityCall } from '../page-call.js';
import { bulkRights } from '../changes/bulk-bar.js';
import { listAddress, type ListState } from './list-state.js';
import { columnsOf } from './list-columns.js';
import { isNumeric, isWideOnly } from './list-view.js';
import { mayEditRows } from './row-view.js';

/** What stands in a table and below it. */
export interface TableParts {
  readonly rows: SafeHtml;
  readonly pager: SafeHtml;
  readonly bar: SafeHtml;
}

/** The table of a list around its rows. What of it changes with the address is filled in. */
export function tableHtml(call: EntityCall, state: ListState, { rows, pager, bar }: TableParts): SafeHtml {
  const { entity, env, request } = call;
  const fields = columnsOf(entity, state);
  const isSelectable = bulkRights(call) !== null;
  const canEdit = mayEditRows(call);
  const directions = fields.map((field) => directionOf(field, state));
  const key = [
    'table',
    entity.definition.id,
    fieldRightsOf(entity, request.identity),
    env.locale,
    directions.join(),
    isSelectable,
    canEdit,
    ...(state.columns === null ? [] : fields.map(({ path }) => path)),
  ].join(' ');
  const table = request.generation.views.holed.of(key, () =>
    cutHoles(
      call.render(
        'core:records/_table',
        openTable(call, { fields, directions, isChosen: state.columns !== null, isSelectable, canEdit }),
      ),
    ),
  );
  const hrefs = fields.map((field, place) =>
    isSortable(field) ? listAddress({ ...state, sort: nextSort(field, directions[place]), after: null }) : '',
  );
  return table.fill([rows, pager, bar, ...hrefs]);
}

interface OpenTable {
  readonly fields: readonly EntityField[];
  readonly directions: readonly (Direction | undefined)[];
  /** The columns are not those of the declaration. */
  readonly isChosen: boolean;
  readonly isSelectable: boolean;
  readonly canEdit: boolean;
}

function openTable({ entity, labels }: EntityCall, table: OpenTable): object {
  const { fields, directions, isChosen, isSelectable, canEdit } = table;
  const columns = fields.map((field, place) => ({
    label: labels.field(entity, field),
    isWideOnly: isWideOnly(field),
    isNumeric: isNumeric(field.field),
    ...(isSortable(field) && { sort: directions[place], sortHref: hole(3 + place) }),
  }));
  const shown = {
    caption: labels.many(entity.definition),
    columns,
    rowsHtml: markupHole(0),
    isSelectable,
    canEdit,
  };
  const columnPaths = isChosen ? { columnPaths: fields.map(({ path }) => path).join() } : {};
  return { table: { ...shown, ...columnPaths }, pager: markupHole(1), bar: markupHole(2) };
}

const unsortable: ReadonlySet<Field['kind']> = new Set([
  'list',
  'links',
  'files',
  'longText',
  'json',
  'choices',
  'ref',
]);
const moments: ReadonlySet<Field['kind']> = new Set(['date', 'dateTime']);

type Direction = 'ascending' | 'descending';

function isSortable(field: EntityField): boolean {
  return field !== completenessField && !unsortable.has(field.field.kind);
}

function directionOf({ path }: EntityField, { sort }: ListState): Direction | undefined {
  if (sort.includes(path)) return 'ascending';
  return sort.includes(`-${path}`) ? 'descending' : undefined;
}

/** From the first direction to the other, and back to the order that nobody asked for. */
function nextSort({ path, field }: EntityField, direction: Direction | undefined): readonly string[] {
  if (direction === 'ascending') return [`-${path}`];
  return direction === 'descending' ? [] : [firstDirection(field, path)];
}

/** Figures and moments are asked for from the top, words from the start of the alphabet. */
function firstDirection(field: Field, path: string): string {
  return isNumeric(field) || moments.has(field.kind) ? `-${path}` : path;
}
