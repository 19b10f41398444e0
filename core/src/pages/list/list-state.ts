import {
  nodesInAddress,
  nodesOf,
  paramsOfNodes,
  severalValues,
  type ListNode,
  type PlainCondition,
} from './filter-nodes.js';
import type { ViewState } from '../../saved-views/index.js';

/** What a list asks for. */
export interface ListQuery {
  /** Words that are looked for; none when null or left out. */
  readonly q?: string | null;
  /** Conditions and groups that must all hold. */
  readonly nodes: readonly ListNode[];
  /** `amount` or `-amount`, the most important first; none for the default, newest change first. */
  readonly sort: readonly string[];
  readonly after: string | null;
}

/** What a list shows, as its address says it; the names are those of the API. */
export interface ListState extends ListQuery {
  readonly path: string;
  /** No part of a view: what one looks for today is not what one keeps. */
  readonly q: string | null;
  /** The saved view it begins from, `none` for the list as it is declared; null when the address names none. */
  readonly view: string | null;
  /** Paths of fields; null for those of the declaration. */
  readonly columns: readonly string[] | null;
  /** What holds where the address says nothing. */
  readonly base: ListBase;
}

/** What a view, or the declaration, shows. */
export interface ListBase {
  readonly nodes: readonly ListNode[];
  readonly sort: readonly string[];
  readonly columns: readonly string[] | null;
}

/** The list as it is declared. */
export const plainBase: ListBase = { nodes: [], sort: [], columns: null };

/** What a saved view shows. */
export function baseOf({ where, sort, columns }: ViewState): ListBase {
  return { nodes: nodesOf(where), sort, columns };
}

/** Reads a list's address. @throws MalformedError `invalid_query` */
export function readListState(url: URL, base: ListBase = plainBase): ListState {
  const params = url.searchParams;
  return {
    path: url.pathname,
    q: textParam(url, 'q'),
    view: textParam(url, 'view'),
    nodes: nodesInAddress(params) ?? base.nodes,
    sort: namesParam(url, 'sort') ?? base.sort,
    columns: namesParam(url, 'columns') ?? base.columns,
    after: textParam(url, 'after'),
    base,
  };
}

/** A value as it was typed in the form that addresses have: of a day for a moment when it begins or ends, of a number its digits; any other as it is. */
export type PlainValueOf = (field: string, operator: string, value: string) => string;

/** A filter that was chosen in the menu (`add`, `op`, `value`): the list's address with it, or null when there is none to add. */
export function addressWithAddedFilter(
  url: URL,
  plainValueOf: PlainValueOf,
  base: ListBase = plainBase,
): string | null {
  const field = textParam(url, 'add');
  if (field === null || !/^[\w.]+$/.test(field)) return null;
  const state = readListState(url, base);
  const added = addedCondition(url, field, plainValueOf);
  if (added === null) return listAddress({ ...state, after: null });
  const kept = state.nodes.filter((node) => !('field' in node) || node.field !== field || node.op !== added.op);
  return listAddress({ ...state, nodes: [...kept, added], after: null });
}

function addedCondition(url: URL, field: string, plainValueOf: PlainValueOf): PlainCondition | null {
  const op = textParam(url, 'op') ?? 'eq';
  if (op === 'empty' || op === 'filled') return { field, op: 'empty', value: String(op === 'empty') };
  const value = textParam(url, 'value');
  if (value === null) return null;
  const text = plainValueOf(field, op, value);
  return { field, op, value: severalValues.has(op) ? text.split(',') : text };
}

/** The address of a list; every change of filter or order starts at its first page. */
export function listAddress(state: ListState): string {
  const search = new URLSearchParams(addressParams(state)).toString();
  return search === '' ? state.path : `${state.path}?${search}`;
}

/** The state as parameters of the page's address: the view, and what differs from it. */
export function addressParams(state: ListState): [string, string][] {
  const { q, view, base, nodes, sort, columns, after } = state;
  const filter = nodes.length === 0 ? [noFilter] : paramsOfNodes(nodes);
  return [
    ...given('view', view),
    ...given('q', q),
    ...(differ(nodes, base.nodes) ? filter : []),
    ...(differ(sort, base.sort) ? given('sort', sort.length === 0 ? defaultSort : sort.join()) : []),
    ...(differ(columns, base.columns) ? given('columns', columns?.join() ?? null) : []),
    ...given('after', after),
  ];
}

function given(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

/** The same with all that the view says: what a form keeps beside its own controls. */
export function wholeParams(state: ListState): [string, string][] {
  return addressParams({ ...state, base: { ...plainBase, columns: state.base.columns } });
}

/** The state as parameters of the API. */
export function listParams({ q = null, nodes, sort, after }: ListQuery): [string, string][] {
  const params = [...given('q', q), ...paramsOfNodes(nodes)];
  if (sort.length > 0) params.push(['sort', sort.join()]);
  if (after !== null) params.push(['after', after]);
  return params;
}

/** Whether the list shows something else than the view it begins from. */
export function isModified({ nodes, sort, columns, base }: ListState): boolean {
  return differ(nodes, base.nodes) || differ(sort, base.sort) || differ(columns, base.columns);
}

/** How the address says that the filter of the view does not count. */
const noFilter: [string, string] = ['where', '{"all":[]}'];
const defaultSort = '-updatedAt';

function differ(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) !== JSON.stringify(right);
}

function namesParam(url: URL, name: string): readonly string[] | null {
  const text = textParam(url, name);
  return text === null ? null : [...new Set(text.split(',').filter((part) => part !== ''))];
}

function textParam(url: URL, name: string): string | null {
  const value = url.searchParams.get(name)?.trim();
  return value === undefined || value === '' ? null : value;
}
