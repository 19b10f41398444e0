import { NotFoundError } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { displayField, type DisplaySources } from '../fields/field-display.js';
import type { EntityField, RecordValues } from '../fields/entity-field.js';
import { textOf, type FormData } from '../fields/form-reader.js';
import { loadNames } from '../fields/record-names.js';
import { saveRecord, titleOf } from '../form/form-page.js';
import { problemsOf } from '../form/form-problems.js';
import { displaySources, isWithout, listFields } from '../list/list-view.js';
import { mayCreate, viewLinks } from '../list/list-page.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { laneField, loadLanes, type Lane } from './board-lanes.js';

/** `GET /<path>/board`: the records in lanes, where the entity declares a board. */
export async function showBoard(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const { request, env, labels, t } = call;
  const field = boardField(entity);
  const board = await boardView(call, entity, field);
  if (request.isPartial) return showPart(request.generation.views.render('ui-board', board, env));
  const title = labels.many(entity.definition);
  const view = {
    title,
    views: viewLinks(call, entity.path, 'board'),
    viewsLabel: t('list.views'),
    newHref: mayCreate(call, entity) ? `/${entity.path}/new` : undefined,
    newLabel: t('list.new', { entity: labels.oneInText(entity.definition) }),
  };
  const blocks = [
    { name: 'header', column: 'header' as const, html: request.generation.views.render('core:records/_list-head', view, env) },
    { name: 'board', html: request.generation.views.render('core:records/_board', { board }, env) },
  ];
  return showPage({ title, breadcrumbs: [{ label: title, href: `/${entity.path}` }, { label: t('list.asBoard') }], blocks });
}

/** `POST /<path>/:id/lane`: moves a record to another lane, by drag or by menu; a refusal stays a message. */
export async function moveToLane(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const field = boardField(entity);
  const lane = textOf(call.request.body as FormData, field.path);
  const board = `/${entity.path}/board`;
  try {
    const saved = await saveRecord(call, entity, { [field.path]: lane });
    if (call.request.isPartial) return showBoard(call, entity);
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

async function boardView(call: PageCall, entity: CompiledEntity, field: EntityField): Promise<object> {
  const lanes = await loadLanes(call, entity, field);
  const facts = listFields(entity).filter(({ path, name }) => path !== field.path && name !== entity.definition.title && path !== 'updatedAt');
  const records = lanes.flatMap((lane) => lane.records);
  const sources = displaySources(call, await loadNames(call.ctx, call.request.generation, entity, facts, records));
  const canMove = field.field.readOnly !== true && !isWithout(entity, 'update') && call.request.identity.reach(`${entity.definition.id}:update`) !== null;
  return {
    label: call.labels.many(entity.definition),
    laneField: field.path,
    canMove,
    lanes: lanes.map((lane) => laneView(call, entity, lane, {
      laneField: field.path,
      tiles: lane.records.map((record) => tileView(entity, record, facts, sources, canMove ? lanes.filter((other) => other !== lane) : [])),
      ...(lane.count > lane.records.length ? { moreHref: `/${entity.path}?filter[${field.path}]=${lane.value}` } : {}),
    })),
  };
}

function laneView({ env, request }: PageCall, _entity: CompiledEntity, { value, label, count, sums }: Lane, rest: object): object {
  const { formatters } = request.generation.views;
  const figures = sums.filter((sum) => sum !== null).map((sum) => (typeof sum === 'object' ? formatters.money(env, sum, { isCompact: true }) : formatters.number(env, sum)));
  return { id: value, title: label, count, ...(figures.length === 0 ? {} : { sum: figures.join(' · ') }), ...rest };
}

function tileView(entity: CompiledEntity, record: RecordValues, facts: readonly EntityField[], sources: DisplaySources, moves: readonly Lane[]): object {
  const href = `/${entity.path}/${String(record['id'])}`;
  const shown = facts.map((fact) => ({ fact, view: displayField(entity, fact, record, sources) })).filter(({ view }) => view.text !== '');
  const textBy = (test: (kind: string, path: string) => boolean): string | undefined => shown.find(({ fact }) => test(fact.field.kind, fact.path))?.view.text;
  return {
    id: record['id'],
    title: titleOf(entity, record),
    href,
    version: record['version'],
    note: textBy((kind, path) => path !== 'owner' && (kind === 'ref' || kind === 'text')),
    amount: textBy((kind) => kind === 'money'),
    date: textBy((kind) => kind === 'date'),
    owner: textBy((_kind, path) => path === 'owner'),
    ...(moves.length === 0 ? {} : { moveAction: `${href}/lane`, moves: moves.map(({ value, label }) => ({ value, label })) }),
  };
}
