import { isSortable } from '../../records/index.js';
import type { EntityField } from '../fields/entity-field.js';
import { columnChoices, columnsOf } from '../list/list-columns.js';
import { addressParams, listAddress, readListState, type ListState } from '../list/list-state.js';
import { chooseView } from '../list/view-choice.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';

/** `GET /<path>/columns`: which columns a list shows, in which order, and by what it is sorted; it comes back here until it is applied. */
export async function showColumns(call: EntityCall): Promise<PageAnswer> {
  const { entity, request, labels, t } = call;
  const { base } = await chooseView(call);
  const state: ListState = { ...readListState(request.url, base), path: `/${entity.path}`, after: null };
  const draft = draftNow(call, state);
  if (request.url.searchParams.get('_do') === 'apply') return goTo(listAddress(stateWith(call, state, draft)));
  const html = call.render('core:records/columns', columnsView(call, state, draft));
  if (request.isPartial) return showPart(html);
  const title = t('columns.title');
  const breadcrumbs = [{ label: labels.many(entity.definition), href: listAddress(state) }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'columns', html }] });
}

/** What the form says. */
interface ColumnsDraft {
  /** Every field that can be a column, in the order of the form. */
  readonly order: readonly EntityField[];
  readonly shown: ReadonlySet<string>;
  /** Keys of the order of records, `-amount` for descending. */
  readonly sort: readonly string[];
}

/** Keys that the form offers; an address may have more. */
const sortKeys = 3;

function draftNow(call: EntityCall, state: ListState): ColumnsDraft {
  const { entity, request } = call;
  const params = request.url.searchParams;
  const choices = columnChoices(entity);
  if (!params.has('_editing')) {
    const shown = columnsOf(entity, state);
    const rest = choices.filter((field) => !shown.some(({ path }) => path === field.path));
    return { order: [...shown, ...rest], shown: new Set(shown.map(({ path }) => path)), sort: state.sort };
  }
  const places = new Map(
    [...params].flatMap(([name, path]) => (name.startsWith('order.') ? [[path, Number(name.slice(6))] as const] : [])),
  );
  const placeOf = ({ path }: EntityField): number => places.get(path) ?? choices.length;
  const order = choices.toSorted((left, right) => placeOf(left) - placeOf(right));
  const sort = Array.from({ length: sortKeys }, (_, place) => sortKeyIn(params, place)).filter((key) => key !== '');
  const shown = new Set(choices.map(({ path }) => path).filter((path) => params.has(`shown.${path}`)));
  return { order: moved(order, params.get('_do') ?? ''), shown, sort: [...new Set(sort)] };
}

function sortKeyIn(params: URLSearchParams, place: number): string {
  const path = params.get(`sort-${String(place)}`) ?? '';
  return path !== '' && params.get(`direction-${String(place)}`) === 'descending' ? `-${path}` : path;
}

/** The order after `up:<path>` or `down:<path>` was pressed. */
function moved(order: readonly EntityField[], act: string): readonly EntityField[] {
  const [verb, path] = act.split(':');
  const from = order.findIndex((field) => field.path === path);
  const to = from + (verb === 'up' ? -1 : 1);
  const field = order[from];
  if (field === undefined || (verb !== 'up' && verb !== 'down') || to < 0 || to >= order.length) return order;
  return order.toSpliced(from, 1).toSpliced(to, 0, field);
}

/** Columns as the declaration has them are not said in the address. */
function stateWith({ entity }: EntityCall, state: ListState, { order, shown, sort }: ColumnsDraft): ListState {
  const columns = order.filter(({ path }) => shown.has(path)).map(({ path }) => path);
  const declared = columnsOf(entity, { columns: null }).map(({ path }) => path);
  const isDeclared = columns.length === 0 || columns.join() === declared.join();
  return {
    ...state,
    sort,
    columns: isDeclared && state.base.columns === null ? null : columns.length === 0 ? declared : columns,
  };
}

function columnsView(call: EntityCall, state: ListState, { order, shown, sort }: ColumnsDraft): object {
  const { entity, labels, t, request } = call;
  const { base } = state;
  return {
    title: t('columns.title'),
    isMain: !request.isPartial,
    action: `/${entity.path}/columns`,
    hidden: addressParams({ ...state, sort: base.sort, columns: base.columns }).map(([name, value]) => ({
      name,
      value,
    })),
    cancelHref: listAddress(state),
    columns: order.map((field, place) => ({
      path: field.path,
      label: labels.field(entity, field),
      isShown: shown.has(field.path),
      ...(place > 0 && {
        upValue: `up:${field.path}`,
        upLabel: t('columns.up', { field: labels.field(entity, field) }),
      }),
      ...(place < order.length - 1 && {
        downValue: `down:${field.path}`,
        downLabel: t('columns.down', { field: labels.field(entity, field) }),
      }),
    })),
    sorts: Array.from({ length: sortKeys }, (_, place) => sortView(call, sort[place] ?? '', place)),
  };
}

function sortView({ entity, labels, t }: EntityCall, key: string, place: number): object {
  const fields = columnChoices(entity).filter(({ path }) => {
    const compiled = entity.fields.get(path);
    return compiled !== undefined && isSortable(compiled);
  });
  return {
    label: t(place === 0 ? 'columns.sortBy' : 'columns.thenBy'),
    field: {
      ...{ name: `sort-${String(place)}`, id: `sort-${String(place)}`, value: key.replace(/^-/, '') },
      ...{ emptyLabel: t(place === 0 ? 'columns.newest' : 'ui.none') },
      options: fields.map((field) => ({ value: field.path, label: labels.field(entity, field) })),
    },
    direction: {
      ...{ name: `direction-${String(place)}`, id: `direction-${String(place)}` },
      value: key.startsWith('-') ? 'descending' : 'ascending',
      options: ['ascending', 'descending'].map((value) => ({ value, label: t(`columns.${value}`) })),
    },
  };
}
