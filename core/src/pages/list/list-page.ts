import { cutHoles, hole } from '../../views/holed-markup.js';
import type { PageBlock } from '../../views/page-model.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { patchBlocks } from '../block-patches.js';
import { findField, type EntityField } from '../fields/entity-field.js';
import { numberKinds, readTypedNumber } from '../fields/typed-number.js';
import { fromLocalInput } from '../fields/zoned-time.js';
import { bulkBarHtml } from '../changes/bulk-bar.js';
import { exportLinks, exportQuery } from '../exports/export-links.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { listExtras } from '../record/record-extras.js';
import { parseSearch } from '../../records/search/search-terms.js';
import { filtersHtml, withoutFilter } from './filter-view.js';
import { columnsOf } from './list-columns.js';
import { namesFor } from './list-names.js';
import { readNamedPage, type NamedPage } from './list-reader.js';
import { addressWithAddedFilter, listAddress, readListState, type ListState, type PlainValueOf } from './list-state.js';
import { isWithout } from './list-view.js';
import { pagerHtml } from './pager-view.js';
import { rowsHtml } from './row-view.js';
import { tableHtml } from './table-view.js';
import { chooseView, type ViewChoice } from './view-choice.js';
import { viewTabsHtml } from './view-tabs.js';

/** `GET /<path>`: the records of an entity, filtered and sorted as the address, or the saved view it names, says. */
export async function showList(call: EntityCall): Promise<PageAnswer> {
  const { url, isPartial } = call.request;
  const choice = await chooseView(call);
  const elsewhere = otherAddress(call, choice);
  if (elsewhere !== null) return goTo(elsewhere);
  const state = searchableState(call, readListState(url, choice.base));
  const fields = columnsOf(call.entity, state);
  const page = canBeFound(state) ? await readNamedPage(call, state) : nothing;
  const names = await namesFor(call, state, page);
  if (isPartial && state.after !== null)
    return showPart(
      call.render('core:records/_more-rows', {
        rows: rowsHtml(call, fields, page.texts, names),
        pager: pagerHtml(call, state, page),
      }),
    );
  return showWholeList(call, { state, fields, choice, page, names });
}

/** Of what cannot be searched every record is shown. */
function searchableState({ entity }: EntityCall, state: ListState): ListState {
  return entity.search === null ? { ...state, q: null } : state;
}

/** Whether what is looked for is anything but signs, and not too long. */
function canBeFound({ q }: ListState): boolean {
  return q === null || typeof parseSearch(q) !== 'string';
}

const nothing: NamedPage = { texts: [], titles: new Map(), next: null, count: null, isCapped: false };

/** What a list page is made of. */
interface ShownList {
  readonly state: ListState;
  readonly fields: readonly EntityField[];
  readonly choice: ViewChoice;
  readonly page: NamedPage;
  readonly names: RecordNames;
}

async function showWholeList(call: EntityCall, shown: ShownList): Promise<PageAnswer> {
  const { entity } = call;
  const title = call.labels.many(entity.definition);
  const blocks = listBlocks(call, shown);
  const patched = await patchBlocks(call, `${entity.definition.module}.${entity.definition.plural}-list`, {}, blocks);
  return showPage({ title, breadcrumbs: [{ label: title }], blocks: patched });
}

/** The address with a filter that was chosen in the menu, or of the view that comes first; null where the address stays. */
function otherAddress(call: EntityCall, { base, first }: ViewChoice): string | null {
  const { url } = call.request;
  if (url.search !== '' || first === null) return addressWithAddedFilter(url, plainValueIn(call), base);
  return `${url.pathname}${first.state.layout === 'board' ? '/board' : ''}?view=${first.id}`;
}

/** `updatedAt at most 31 March` means the end of that day on the person's clock; `1.234,5` is a number in their language. */
function plainValueIn({ entity, env }: EntityCall): PlainValueOf {
  return (field, operator, value) => {
    const found = findField(entity, field);
    if (found !== undefined && numberKinds.has(found.field.kind)) return readTypedNumber(value, env.locale) ?? value;
    if (found?.field.kind !== 'dateTime') return value;
    return fromLocalInput(`${value}T${operator === 'lte' ? '23:59:59' : '00:00'}`, env.timeZone) ?? value;
  };
}

function listBlocks(call: EntityCall, shown: ShownList): PageBlock[] {
  const { state, fields, choice, page, names } = shown;
  const bare = state.nodes.length === 0 && state.q === null && state.after === null;
  const isEmpty = page.texts.length === 0;
  const list = isEmpty
    ? call.render('core:records/_empty-list', emptyView(call, state))
    : tableHtml(call, state, {
        rows: rowsHtml(call, fields, page.texts, names),
        pager: pagerHtml(call, state, page, firstHref(state)),
        bar: bulkBarHtml(call, state, page),
      });
  const header: PageBlock = {
    name: 'header',
    column: 'header',
    html: headHtml(call, state),
  };
  const extra = listExtras[call.entity.definition.id];
  const head = extra === undefined ? [header] : [extra(call), header];
  const tabs = viewTabsHtml(call, state, choice);
  if (tabs !== null) head.push({ name: 'views', html: tabs });
  if (isEmpty && bare) return [...head, { name: 'list', html: list }];
  return [...head, { name: 'filters', html: filtersHtml(call, state, names) }, { name: 'list', html: list }];
}

function firstHref(state: ListState): string | undefined {
  return state.after === null ? undefined : listAddress({ ...state, after: null });
}

/** The same for all whose rights offer the same actions. */
function headHtml(call: EntityCall, state: ListState): SafeHtml {
  const { entity, env, request } = call;
  const actions: HeadActions = {
    create: mayCreate(call),
    import: may(call, 'import'),
    delete: may(call, 'delete'),
    duplicates: entity.duplicates.length > 0 && may(call, 'update'),
  };
  const key = ['list-head', entity.definition.id, env.locale, ...Object.values<boolean>({ ...actions })].join(' ');
  const head = request.generation.views.holed.of(key, () =>
    cutHoles(call.render('core:records/_list-head', headView(call, actions))),
  );
  return head.fill([exportQuery(entity, state), layoutAddress(state, `/${entity.path}`, 'board')]);
}

interface HeadActions {
  readonly create: boolean;
  readonly import: boolean;
  readonly delete: boolean;
  readonly duplicates: boolean;
}

function may({ request, entity }: EntityCall, verb: 'create' | 'import' | 'update' | 'delete'): boolean {
  return request.identity.reach(`${entity.definition.id}:${verb}`) !== null && !isWithout(entity, verb);
}

function headView(call: EntityCall, actions: HeadActions): object {
  const { t, labels, entity } = call;
  const { definition, path } = entity;
  const links = { list: `/${path}`, board: hole(1) };
  const views = definition.views?.board === undefined ? [] : viewLinks(call, links, 'list');
  return {
    title: labels.many(definition),
    views,
    viewsLabel: t('list.views'),
    newHref: actions.create ? `/${path}/new` : undefined,
    newLabel: t('list.new', { entity: labels.oneInText(definition) }),
    importHref: actions.import ? `/imports?entity=${definition.id}` : undefined,
    importLabel: t('list.import', { entities: labels.manyInText(definition) }),
    exports: exportLinks(call, hole(0)),
    exportLabel: t('exports.title', { entities: labels.manyInText(definition) }),
    duplicatesHref: actions.duplicates ? `/${path}/duplicates` : undefined,
    trashHref: actions.delete ? `/${path}/trash` : undefined,
  };
}

/** Links between the list and the board of an entity that has one. */
export function viewLinks(
  { t }: PageCall,
  hrefs: { readonly list: string; readonly board: string },
  current: 'list' | 'board',
): object[] {
  return [
    { label: t('list.asList'), href: hrefs.list, icon: 'list', isCurrent: current === 'list' },
    { label: t('list.asBoard'), href: hrefs.board, icon: 'layout-kanban', isCurrent: current === 'board' },
  ];
}

/** The same records in the other layout, from their beginning; words are looked for in the list only. @param home address of the list */
export function layoutAddress(state: ListState, home: string, layout: 'list' | 'board'): string {
  return listAddress({ ...state, path: layout === 'board' ? `${home}/board` : home, q: null, after: null });
}

/** Whether this person may add records of the entity by a form. */
export function mayCreate(call: EntityCall): boolean {
  return may(call, 'create');
}

function emptyView(call: EntityCall, state: ListState): object {
  const { t, labels, entity } = call;
  const { definition, path } = entity;
  const { icon = 'box', module, noun } = definition;
  const clear = { href: listAddress(withoutFilter(state)), label: t('ui.clearFilters') };
  if (state.q !== null) {
    const text = t(canBeFound(state) ? 'find.nothingHint' : 'find.impossible');
    return { icon: 'search', title: t('find.nothing'), text, ...clear };
  }
  if (state.nodes.length > 0)
    return { icon: 'filter', title: t('list.nothingFits'), text: t('list.nothingFitsHint'), ...clear };
  const words = { entity: labels.oneInText(definition), entities: labels.manyInText(definition) };
  const { views } = call.request.generation;
  const text = views.hasText(call.env, module, `${noun}.empty`)
    ? t(`${module}:${noun}.empty`)
    : t('list.emptyHint', words);
  const action = mayCreate(call) ? { href: `/${path}/new`, label: t('list.new', words) } : {};
  return { icon, title: t('list.empty', words), text, ...action };
}
