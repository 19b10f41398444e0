import {
  severalValues,
  isGroup,
  membersOf,
  nodeInText,
  type ListNode,
  type PlainCondition,
} from '../list/filter-nodes.js';

/** A filter while it is edited; conditions may still lack something. */
export interface DraftGroup {
  readonly kind: 'group';
  readonly match: 'all' | 'any';
  readonly nodes: readonly DraftNode[];
}

/** One condition while it is edited. */
export interface DraftCondition {
  readonly kind: 'condition';
  readonly field: string;
  /** Operator of the API, or `filled` for not empty. */
  readonly op: string;
  /** A word for days or people; empty: what is typed counts. */
  readonly word: string;
  readonly values: readonly string[];
}

/** What the editor cannot change; it stays as it is or goes. */
export interface DraftRest {
  readonly kind: 'rest';
  readonly node: ListNode;
}

/** A part of a filter while it is edited. */
export type DraftNode = DraftGroup | DraftCondition | DraftRest;

/** Groups in groups that the editor shows. */
export const editedDepth = 2;
const mostNodes = 40;

/** The draft of a filter. @param canEdit whether the editor has controls for a condition */
export function draftOf(nodes: readonly ListNode[], canEdit: (condition: PlainCondition) => boolean): DraftGroup {
  const [first] = nodes;
  const root = nodes.length === 1 && first !== undefined && isGroup(first) ? first : { all: nodes };
  const draft = (node: ListNode, depth: number): DraftNode => {
    if (isGroup(node))
      return depth > editedDepth ? { kind: 'rest', node } : group(node, (member) => draft(member, depth + 1));
    return canEdit(node) ? draftCondition(node) : { kind: 'rest', node };
  };
  return group(root, (node) => draft(node, 1));
}

function group(node: Exclude<ListNode, PlainCondition>, draft: (member: ListNode) => DraftNode): DraftGroup {
  return { kind: 'group', match: 'all' in node ? 'all' : 'any', nodes: membersOf(node).map(draft) };
}

function draftCondition({ field, op, value }: PlainCondition): DraftCondition {
  const values = typeof value === 'string' ? [value] : value;
  const base = { kind: 'condition' as const, field, word: '', values };
  if (op === 'empty') return { ...base, op: value === 'true' ? 'empty' : 'filled', values: [] };
  const isWord =
    typeof value === 'string' &&
    /^(me|my_team|[a-z]+_[a-z0-9_]+|today|yesterday|tomorrow|[+-]?[0-9]{1,3}[dwmqy])$/.test(value);
  return isWord ? { ...base, op, word: value } : { ...base, op };
}

/** What stands in the editor's form. Controls of a node are named `n.0.field`, those of a node in a group `n.1.n.0.field`. */
export function draftInForm(params: URLSearchParams, prefix = '', depth = 0): DraftGroup {
  const match = params.get(`${prefix}m`) === 'any' ? 'any' : 'all';
  const pattern = new RegExp(`^${prefix.replaceAll('.', '\\.')}n\\.([0-9]{1,3})\\.`);
  const found = new Set([...params.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []));
  // The control that was just changed may come first.
  const places = [...found].sort((left, right) => Number(left) - Number(right)).slice(0, mostNodes);
  const nodes = places.map((place) => nodeInForm(params, `${prefix}n.${place}.`, depth + 1));
  return { kind: 'group', match, nodes: nodes.filter((node) => node !== null) };
}

function nodeInForm(params: URLSearchParams, prefix: string, depth: number): DraftNode | null {
  if (params.has(`${prefix}m`)) return depth > editedDepth ? null : draftInForm(params, prefix, depth);
  const rest = params.get(`${prefix}rest`);
  if (rest !== null) return restIn(rest);
  return {
    kind: 'condition',
    field: params.get(`${prefix}field`) ?? '',
    op: params.get(`${prefix}op`) ?? '',
    word: params.get(`${prefix}word`) ?? '',
    values: valuesInForm(params, `${prefix}value.`),
  };
}

/** An address has every name once, so values are numbered. */
function valuesInForm(params: URLSearchParams, prefix: string): readonly string[] {
  const numbered = [...params].filter(([name]) => name.startsWith(prefix));
  const placeOf = (name: string): number => Number(name.slice(prefix.length));
  return numbered.sort(([left], [right]) => placeOf(left) - placeOf(right)).map(([, value]) => value.trim());
}

function restIn(text: string): DraftRest | null {
  const node = nodeInText(text);
  return node === null ? null : { kind: 'rest', node };
}

/** The draft after a button was pressed: `add:<group>`, `group:<group>` or `remove:<node>`; a group or node is named by its prefix. */
export function changedDraft(draft: DraftGroup, act: string, blank: DraftCondition): DraftGroup {
  const [verb = '', target = ''] = act.split(':');
  const change = (group: DraftGroup, prefix: string): DraftGroup => {
    const nodes = group.nodes.flatMap((node, place) => {
      const own = `${prefix}n.${String(place)}.`;
      if (verb === 'remove' && own === target) return [];
      return [node.kind === 'group' ? change(node, own) : node];
    });
    if (prefix !== target || (verb !== 'add' && verb !== 'group')) return { ...group, nodes };
    const added: DraftNode =
      verb === 'add' ? blank : { kind: 'group', match: group.match === 'all' ? 'any' : 'all', nodes: [blank] };
    return { ...group, nodes: [...nodes, added] };
  };
  return change(draft, '');
}

/** The filter that a draft says, without conditions that are not finished. */
export function nodesOfDraft({ match, nodes }: DraftGroup): readonly ListNode[] {
  const finished = nodes.flatMap((node) => finishedNode(node) ?? []);
  return match === 'all' || finished.length < 2 ? finished : [{ any: finished }];
}

function finishedNode(node: DraftNode): ListNode | null {
  if (node.kind === 'rest') return node.node;
  if (node.kind === 'condition') return finishedCondition(node);
  const [first, ...others] = node.nodes.flatMap((member) => finishedNode(member) ?? []);
  if (first === undefined) return null;
  if (others.length === 0) return first;
  return node.match === 'all' ? { all: [first, ...others] } : { any: [first, ...others] };
}

function finishedCondition({ field, op, word, values }: DraftCondition): PlainCondition | null {
  if (op === 'empty' || op === 'filled') return { field, op: 'empty', value: String(op === 'empty') };
  const given = values.filter((value) => value !== '');
  if (severalValues.has(op)) {
    const needed = op === 'between' ? 2 : 1;
    return given.length < needed ? null : { field, op, value: given };
  }
  const value = word === '' ? given[0] : word;
  return value === undefined ? null : { field, op, value };
}
