import type { PageBlock } from '../../views/page-model.js';
import { patchBlocks } from '../block-patches.js';
import { findField, type EntityField } from '../fields/entity-field.js';
import { fromLocalInput } from '../fields/zoned-time.js';
import { collectRefs, loadNamesOf, type RecordNames } from '../fields/record-names.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { listExtras } from '../record/record-extras.js';
import { filterChips, filteredRefs, filterForms } from './filter-view.js';
import { readRecordPage, type RecordPage } from './list-reader.js';
import { addressWithAddedFilter, listAddress, readListState, type ListState, type MomentOf } from './list-state.js';
import { isWithout, listFields, pagerView, tableView } from './list-view.js';
import { rowsHtml } from './row-view.js';

/** `GET /<path>`: the records of an entity, filtered and sorted as the address says. */
export async function showList(call: EntityCall): Promise<PageAnswer> {
  const { entity } = call;
  const { url, isPartial } = call.request;
  const added = addressWithAddedFilter(url, momentIn(call));
  if (added !== null) return goTo(added);
  const state = readListState(url);
  const page = await readRecordPage(call, state);
  const names = await namesFor(call, state, listFields(entity), page);
  if (isPartial && state.after !== null)
    return showPart(
      call.render('core:records/_more-rows', {
        rows: rowsHtml(call, page.records, names),
        pager: { ...pagerView(call, state, page), firstHref: undefined },
      }),
    );
  const title = call.labels.many(entity.definition);
  const blocks = listBlocks(call, state, page, names);
  const patched = await patchBlocks(call, `${entity.definition.module}.${entity.definition.plural}-list`, {}, blocks);
  return showPage({ title, breadcrumbs: [{ label: title }], blocks: patched });
}

/** `updatedAt at most 31 March` means the end of that day on the person's clock. */
function momentIn({ entity, env }: EntityCall): MomentOf {
  return (field, operator, value) => {
    if (findField(entity, field)?.field.kind !== 'dateTime') return value;
    return fromLocalInput(`${value}T${operator === 'lte' ? '23:59:59' : '00:00'}`, env.timeZone) ?? value;
  };
}

function namesFor(
  call: EntityCall,
  state: ListState,
  fields: readonly EntityField[],
  page: RecordPage,
): Promise<RecordNames> {
  const { entity } = call;
  const refs = collectRefs(entity, fields, page.records);
  for (const [target, ids] of filteredRefs(entity, state.filters))
    refs.set(target, new Set([...(refs.get(target) ?? []), ...ids]));
  return loadNamesOf(call, refs);
}

function listBlocks(call: EntityCall, state: ListState, page: RecordPage, names: RecordNames): PageBlock[] {
  const bare = state.filters.length === 0 && state.after === null;
  const isEmpty = page.records.length === 0;
  const list = isEmpty
    ? call.render('core:records/_empty-list', emptyView(call, state))
    : call.render('core:records/_table', tableContext(call, state, page, names));
  const header: PageBlock = {
    name: 'header',
    column: 'header',
    html: call.render('core:records/_list-head', headView(call)),
  };
  const extra = listExtras[call.entity.definition.id];
  const head = extra === undefined ? [header] : [extra(call), header];
  if (isEmpty && bare) return [...head, { name: 'list', html: list }];
  const filters = {
    id: 'filters',
    chips: filterChips(call, state, names),
    filters: filterForms(call, state),
    ...clearing(state),
  };
  return [
    ...head,
    { name: 'filters', html: call.render('core:records/_filters', filters) },
    { name: 'list', html: list },
  ];
}

function tableContext(call: EntityCall, state: ListState, page: RecordPage, names: RecordNames): object {
  return { table: tableView(call, state, rowsHtml(call, page.records, names)), pager: pagerView(call, state, page) };
}

function clearing(state: ListState): { clearHref?: string } {
  return state.filters.length === 0 ? {} : { clearHref: listAddress({ ...state, filters: [], after: null }) };
}

function headView(call: EntityCall): object {
  const { t, labels, request, entity } = call;
  const { definition, path } = entity;
  const views = definition.views?.board === undefined ? [] : viewLinks(call, path, 'list');
  const may = (verb: 'import' | 'delete'): boolean =>
    request.identity.reach(`${definition.id}:${verb}`) !== null && !isWithout(entity, verb);
  return {
    title: labels.many(definition),
    views,
    viewsLabel: t('list.views'),
    newHref: mayCreate(call) ? `/${path}/new` : undefined,
    newLabel: t('list.new', { entity: labels.oneInText(definition) }),
    importHref: may('import') ? `/imports?entity=${definition.id}` : undefined,
    importLabel: t('list.import', { entities: labels.manyInText(definition) }),
    trashHref: may('delete') ? `/${path}/trash` : undefined,
  };
}

/** Links between the list and the board of an entity that has one. */
export function viewLinks({ t }: PageCall, path: string, current: 'list' | 'board'): object[] {
  return [
    { label: t('list.asList'), href: `/${path}`, icon: 'list', isCurrent: current === 'list' },
    { label: t('list.asBoard'), href: `/${path}/board`, icon: 'layout-kanban', isCurrent: current === 'board' },
  ];
}

/** Whether this person may add records of the entity by a form. */
export function mayCreate({ request, entity }: EntityCall): boolean {
  return !isWithout(entity, 'create') && request.identity.reach(`${entity.definition.id}:create`) !== null;
}

function emptyView(call: EntityCall, state: ListState): object {
  const { t, labels, entity } = call;
  const { definition, path } = entity;
  const { icon = 'box', module, noun } = definition;
  if (state.filters.length > 0)
    return {
      icon: 'filter',
      title: t('list.nothingFits'),
      text: t('list.nothingFitsHint'),
      href: `/${path}`,
      label: t('ui.clearFilters'),
    };
  const words = { entity: labels.oneInText(definition), entities: labels.manyInText(definition) };
  const { views } = call.request.generation;
  const text = views.hasText(call.env, module, `${noun}.empty`)
    ? t(`${module}:${noun}.empty`)
    : t('list.emptyHint', words);
  const action = mayCreate(call) ? { href: `/${path}/new`, label: t('list.new', words) } : {};
  return { icon, title: t('list.empty', words), text, ...action };
}
