import {
  isFilterGroup,
  MalformedError,
  type FilterCondition,
  type FilterGroup,
  type FilterNode,
} from '@trellis-crm/sdk';

/** A condition as pages handle it: every value as text. */
export interface PlainCondition {
  readonly field: string;
  readonly op: string;
  /** A list for `in`, `notIn` and `between`. */
  readonly value: string | readonly string[];
}

/** A condition or group of a list, in one form whatever it came from. */
export type ListNode = PlainCondition | ListGroup;

/** Nodes of which all or any must hold. */
export type ListGroup = { readonly all: readonly ListNode[] } | { readonly any: readonly ListNode[] };

/** Tells groups from conditions. */
export function isGroup(node: ListNode): node is ListGroup {
  return 'all' in node || 'any' in node;
}

/** Nodes of a group. */
export function membersOf(group: ListGroup): readonly ListNode[] {
  return 'all' in group ? group.all : group.any;
}

/** Conditions that must all hold, from a saved filter. */
export function nodesOf(filter: FilterGroup | null): readonly ListNode[] {
  if (filter === null) return [];
  return 'all' in filter ? filter.all.map(plainNode) : [plainNode(filter)];
}

/** The same as a filter; null for none. */
export function filterOf(nodes: readonly ListNode[]): FilterGroup | null {
  const [first] = nodes;
  if (first === undefined) return null;
  return nodes.length === 1 && isGroup(first) ? (first as FilterGroup) : { all: nodes as readonly FilterNode[] };
}

/** What an address says about the filter; null when it says nothing. Controls that were left empty do not filter. @throws MalformedError `invalid_query` */
export function nodesInAddress(params: URLSearchParams): readonly ListNode[] | null {
  const flat = [...params].flatMap(([name, value]) => {
    const [, field, op = 'eq'] = /^filter\[([\w.-]+)\](?:\[(\w+)\])?$/.exec(name) ?? [];
    if (field === undefined || value === '') return [];
    return [{ field, op, value: severalValues.has(op) ? value.split(',') : value }];
  });
  const where = params.get('where') ?? '';
  if (where !== '') return [...flat, ...nodesOf(readFilter(where))];
  return flat.length > 0 ? flat : null;
}

/** The filter as parameters of an address: conditions one by one, where the address can say them so, the rest as `where`. */
export function paramsOfNodes(nodes: readonly ListNode[]): [string, string][] {
  const params = new Map<string, string>();
  const rest: ListNode[] = [];
  for (const node of nodes) {
    const param = isGroup(node) ? null : flatParam(node);
    if (param === null || params.has(param[0])) rest.push(node);
    else params.set(...param);
  }
  return [...params, ...(rest.length > 0 ? [['where', JSON.stringify({ all: rest })] as [string, string]] : [])];
}

/** Name of a condition's parameter. */
export function filterName(field: string, operator = 'eq'): string {
  return operator === 'eq' ? `filter[${field}]` : `filter[${field}][${operator}]`;
}

/** Operators whose values are lists. */
export const severalValues: ReadonlySet<string> = new Set(['in', 'notIn', 'between']);

function flatParam({ field, op, value }: PlainCondition): [string, string] | null {
  const values = typeof value === 'string' ? [value] : value;
  if (values.length === 0 || values.includes('')) return null;
  if (typeof value !== 'string' && values.some((one) => one.includes(','))) return null;
  return [filterName(field, op), values.join()];
}

/** A node as a form carries it; null for what is none. */
export function nodeInText(text: string): ListNode | null {
  const tree = parsed(text);
  return isNode(tree) ? plainNode(tree) : null;
}

function readFilter(text: string): FilterGroup {
  const tree = parsed(text);
  if (!isNode(tree)) {
    const errors = [{ pointer: '?where', code: 'not_json', message: 'is no filter' }];
    throw new MalformedError('invalid_query', {}, { errors });
  }
  return isFilterGroup(tree) ? tree : { all: [tree] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Only its shape; what it means the API checks. */
function isNode(value: unknown, depth = 0): value is FilterNode {
  if (typeof value !== 'object' || value === null || depth > mostGroups) return false;
  return isFilterGroup(value) ? isGroupOfNodes(value, depth) : 'field' in value && typeof value.field === 'string';
}

function isGroupOfNodes(group: FilterGroup, depth: number): boolean {
  const members: unknown = 'all' in group ? group.all : group.any;
  return Array.isArray(members) && members.every((member) => isNode(member, depth + 1));
}

const mostGroups = 10;

function plainNode(node: FilterNode): ListNode {
  if (!isFilterGroup(node)) return plainCondition(node);
  return 'all' in node ? { all: node.all.map(plainNode) } : { any: node.any.map(plainNode) };
}

function plainCondition({ field, op = 'eq', value }: FilterCondition): PlainCondition {
  return { field, op, value: Array.isArray(value) ? value.map(textOf) : textOf(value) };
}

/** A link is written as its API writes it in an address. */
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'entity' in value && 'id' in value)
    return `${textOf(value.entity)}:${textOf(value.id)}`;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
