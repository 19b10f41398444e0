import { NotFoundError } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { titleOf, type EntityField } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { saveRecord } from '../form/record-form.js';
import { loadNamesOf } from '../fields/record-names.js';
import { refsInNodes } from '../list/filter-texts.js';
import { filtersHtml } from '../list/filter-view.js';
import { layoutAddress, mayCreate, viewLinks } from '../list/list-page.js';
import { listAddress, readListState, type ListState } from '../list/list-state.js';
import { chooseView } from '../list/view-choice.js';
import { viewTabsHtml } from '../list/view-tabs.js';
import type { PageBlock } from '../../views/page-model.js';
import type { EntityCall } from '../page-call.js';
import { orTold } from '../or-told.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { laneField } from './board-lanes.js';
import { boardView } from './board-view.js';

/** `GET /<path>/board`: the records in lanes, where the entity declares a board. */
export async function showBoard(call: EntityCall): Promise<PageAnswer> {
  const { request, labels, t, entity, render } = call;
  const field = boardField(entity);
  const { state, blocks: bars } = await boardBars(call);
  const board = await boardView(call, field, state.nodes);
  if (request.isPartial) return showPart(render('ui-board', board));
  const title = labels.many(entity.definition);
  const view = {
    title,
    views: viewLinks(
      call,
      { list: layoutAddress(state, `/${entity.path}`, 'list'), board: listAddress(state) },
      'board',
    ),
    viewsLabel: t('list.views'),
    newHref: mayCreate(call) ? `/${entity.path}/new` : undefined,
    newLabel: t('list.new', { entity: labels.oneInText(entity.definition) }),
  };
  const blocks = [
    { name: 'header', column: 'header' as const, html: render('core:records/_list-head', view) },
    ...bars,
    { name: 'board', html: render('core:records/_board', { board }) },
  ];
  return showPage({
    title,
    breadcrumbs: [{ label: title, href: `/${entity.path}` }, { label: t('list.asBoard') }],
    blocks,
  });
}

/** The views that open as a board, and the conditions of this one: the same as of the list. */
async function boardBars(call: EntityCall): Promise<{ readonly state: ListState; readonly blocks: PageBlock[] }> {
  const path = `/${call.entity.path}/board`;
  const url = shownUrl(call);
  const choice = await chooseView(call, url);
  const state = { ...readListState(url, choice.base), path, q: null, after: null };
  const names = await loadNamesOf(call, refsInNodes(call, state.nodes));
  const tabs = viewTabsHtml(call, state, choice);
  const filters = { name: 'filters', html: filtersHtml(call, state, names) };
  return { state, blocks: tabs === null ? [filters] : [{ name: 'views', html: tabs }, filters] };
}

/** After a move the board is shown again as the browser has it. */
function shownUrl({ request }: EntityCall): URL {
  const current = request.method === 'POST' ? request.header('hx-current-url') : '';
  return URL.canParse(current) ? new URL(current) : request.url;
}

/** `POST /<path>/:id/lane`: moves a record to another lane, by drag or by menu; a refusal stays a message. */
export async function moveToLane(call: EntityCall): Promise<PageAnswer> {
  const { entity } = call;
  const field = boardField(entity);
  const lane = textOf(call.request.body as FormData, field.path);
  const board = `/${entity.path}/board`;
  const move = async (): Promise<PageAnswer> => {
    const saved = await saveRecord(call, { [field.path]: lane });
    if (call.request.isPartial) return showBoard(call);
    return goTo(board, { text: call.t('board.moved', { name: titleOf(entity, saved) }) });
  };
  return call.request.isPartial ? move() : orTold(call, board, move);
}

/** @throws NotFoundError when the entity declares no board */
function boardField(entity: CompiledEntity): EntityField {
  const field = laneField(entity);
  if (field === undefined) throw new NotFoundError('page_not_found');
  return field;
}
