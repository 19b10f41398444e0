import { displayField, type DisplaySources } from '../fields/field-display.js';
import { addressOf, asText, titleOf, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { loadNames } from '../fields/record-names.js';
import { displaySources, isWithout, listFields } from '../list/list-view.js';
import { filterOf, paramsOfNodes, type ListNode } from '../list/filter-nodes.js';
import type { EntityCall } from '../page-call.js';
import { loadLanes, type Lane } from './board-lanes.js';

/** The lanes with their tiles, as `ui-board` takes them. */
export async function boardView(call: EntityCall, field: EntityField, nodes: readonly ListNode[]): Promise<object> {
  const { entity, labels, request } = call;
  const { definition } = entity;
  const lanes = await loadLanes(call, field, filterOf(nodes) ?? { all: [] });
  const facts = listFields(entity).filter(
    ({ path, name }) => ![field.path, 'updatedAt'].includes(path) && name !== definition.title,
  );
  const names = await loadNames(
    call,
    facts,
    lanes.flatMap((lane) => lane.records),
  );
  const canMove =
    field.field.readOnly !== true &&
    !isWithout(entity, 'update') &&
    request.identity.reach(`${definition.id}:update`) !== null;
  const board: Board = { call, field, nodes, facts, sources: displaySources(call, names), lanes: canMove ? lanes : [] };
  return {
    label: labels.many(definition),
    laneField: field.path,
    canMove,
    lanes: lanes.map((lane) => laneView(board, lane)),
  };
}

interface Board {
  readonly call: EntityCall;
  readonly field: EntityField;
  /** What the records of all lanes fulfil. */
  readonly nodes: readonly ListNode[];
  /** Fields that tiles show. */
  readonly facts: readonly EntityField[];
  readonly sources: DisplaySources;
  /** Lanes that a tile may be moved to; none when this person may not move any. */
  readonly lanes: readonly Lane[];
}

function laneView(board: Board, lane: Lane): object {
  const { field } = board;
  const { value, label, count, records } = lane;
  const figures = figuresOf(board, lane);
  return {
    id: value,
    title: label,
    laneField: field.path,
    count,
    tiles: records.map((record) => tileView(board, lane, record)),
    ...(figures === '' ? {} : { sum: figures }),
    ...(count > records.length ? { moreHref: laneAddress(board, value) } : {}),
  };
}

/** The list of all records of a lane. */
function laneAddress({ call, field, nodes }: Board, value: string): string {
  const lane = { field: field.path, op: 'eq', value };
  return `/${call.entity.path}?${new URLSearchParams(paramsOfNodes([...nodes, lane])).toString()}`;
}

function figuresOf({ call: { env }, sources: { formatters } }: Board, { sums }: Lane): string {
  const shown = sums.filter((sum) => sum !== null);
  const texts = shown.map((sum) =>
    typeof sum === 'object' ? formatters.money(env, sum, { isCompact: true }) : formatters.number(env, sum),
  );
  return texts.join(' · ');
}

function tileView({ call: { entity }, facts, sources, lanes }: Board, own: Lane, record: RecordValues): object {
  const href = addressOf(entity, record);
  const shown = facts
    .map((fact) => ({ fact, text: displayField(entity, fact, record, sources).text }))
    .filter(({ text }) => text !== '');
  const textBy = (test: (kind: string, path: string) => boolean): string | undefined =>
    shown.find(({ fact }) => test(fact.field.kind, fact.path))?.text;
  const moves = lanes.filter((lane) => lane !== own).map(({ value, label }) => ({ value, label }));
  return {
    id: asText(record['id']),
    title: titleOf(entity, record),
    href,
    version: record['version'],
    note: textBy((kind, path) => path !== 'owner' && (kind === 'ref' || kind === 'text')),
    amount: textBy((kind) => kind === 'money'),
    date: textBy((kind) => kind === 'date'),
    owner: textBy((_kind, path) => path === 'owner'),
    ...(moves.length === 0 ? {} : { moveAction: `${href}/lane`, moves }),
  };
}
