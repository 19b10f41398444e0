import { NotFoundError } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { titleOf, type EntityField } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { saveRecord } from '../form/record-form.js';
import { problemsOf } from '../form/form-problems.js';
import { mayCreate, viewLinks } from '../list/list-page.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { laneField } from './board-lanes.js';
import { boardView } from './board-view.js';

/** `GET /<path>/board`: the records in lanes, where the entity declares a board. */
export async function showBoard(call: EntityCall): Promise<PageAnswer> {
  const { request, labels, t, entity, render } = call;
  const field = boardField(entity);
  const board = await boardView(call, field);
  if (request.isPartial) return showPart(render('ui-board', board));
  const title = labels.many(entity.definition);
  const view = {
    title,
    views: viewLinks(call, entity.path, 'board'),
    viewsLabel: t('list.views'),
    newHref: mayCreate(call) ? `/${entity.path}/new` : undefined,
    newLabel: t('list.new', { entity: labels.oneInText(entity.definition) }),
  };
  const blocks = [
    { name: 'header', column: 'header' as const, html: render('core:records/_list-head', view) },
    { name: 'board', html: render('core:records/_board', { board }) },
  ];
  return showPage({
    title,
    breadcrumbs: [{ label: title, href: `/${entity.path}` }, { label: t('list.asBoard') }],
    blocks,
  });
}

/** `POST /<path>/:id/lane`: moves a record to another lane, by drag or by menu; a refusal stays a message. */
export async function moveToLane(call: EntityCall): Promise<PageAnswer> {
  const { entity } = call;
  const field = boardField(entity);
  const lane = textOf(call.request.body as FormData, field.path);
  const board = `/${entity.path}/board`;
  try {
    const saved = await saveRecord(call, { [field.path]: lane });
    if (call.request.isPartial) return await showBoard(call);
    return goTo(board, { text: call.t('board.moved', { name: titleOf(entity, saved) }) });
  } catch (error) {
    if (call.request.isPartial) throw error;
    return goTo(board, { text: problemsOf(error)[0]?.message ?? '', tone: 'bad' });
  }
}

/** @throws NotFoundError when the entity declares no board */
function boardField(entity: CompiledEntity): EntityField {
  const field = laneField(entity);
  if (field === undefined) throw new NotFoundError('page_not_found');
  return field;
}
