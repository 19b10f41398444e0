import { loadNamesOf } from '../fields/record-names.js';
import { lookupChoices } from '../form/form-view.js';
import { findFilterField } from '../list/filter-fields.js';
import { nodeText, refsInNodes } from '../list/filter-texts.js';
import { addressParams, listAddress, readListState, type ListState } from '../list/list-state.js';
import { chooseView } from '../list/view-choice.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { blankCondition, canEdit, conditionView, fitting, type ConditionSources } from './condition-controls.js';
import {
  changedDraft,
  draftInForm,
  draftOf,
  editedDepth,
  nodesOfDraft,
  type DraftCondition,
  type DraftGroup,
  type DraftNode,
} from './filter-draft.js';
import { plainDraft, typedDraft } from './typed-values.js';

/** `GET /<path>/filter`: the filter of a list as a form of conditions and groups; it comes back here until it is applied. */
export async function showFilter(call: EntityCall): Promise<PageAnswer> {
  const { entity, request, labels, t } = call;
  const { base } = await chooseView(call);
  const state: ListState = { ...readListState(request.url, base), path: listPath(call), after: null };
  const draft = draftNow(call, state);
  const params = request.url.searchParams;
  if (params.get('_do') === 'apply')
    return goTo(listAddress({ ...state, nodes: nodesOfDraft(plainDraft(call, draft)) }));
  const html = call.render('core:records/filter', await filterView(call, state, draft));
  if (request.isPartial) return showPart(html);
  const title = t('filter.title', { entities: labels.manyInText(entity.definition) });
  const breadcrumbs = [{ label: labels.many(entity.definition), href: listAddress(state) }, { label: title }];
  return showPage({ title, breadcrumbs, blocks: [{ name: 'filter', html }] });
}

/** The board's own address is kept beside the list's. */
function listPath({ entity, request }: EntityCall): string {
  return `/${entity.path}${request.url.searchParams.get('layout') === 'board' ? '/board' : ''}`;
}

function draftNow(call: EntityCall, state: ListState): DraftGroup {
  const params = call.request.url.searchParams;
  const blank = blankCondition(call);
  const start = params.has('_editing')
    ? draftInForm(params)
    : typedDraft(
        call,
        draftOf(state.nodes, (node) => canEdit(call, node)),
      );
  const draft = changedDraft(start, params.get('_do') ?? '', blank);
  const isNew = !params.has('_editing') && draft.nodes.length === 0;
  return fitGroup(call, isNew ? { ...draft, nodes: [blank] } : draft);
}

function fitGroup(call: EntityCall, group: DraftGroup): DraftGroup {
  const fit = (node: DraftNode): DraftNode => {
    if (node.kind === 'group') return fitGroup(call, node);
    return node.kind === 'condition' ? fitting(call, node) : node;
  };
  return { ...group, nodes: group.nodes.map(fit) };
}

async function filterView(call: EntityCall, state: ListState, draft: DraftGroup): Promise<object> {
  const { entity, labels, t, request } = call;
  const conditions = conditionsIn(draft);
  const fields = conditions.flatMap(({ field }) => findFilterField(entity, field)?.owner ?? []);
  const [names, choices] = await Promise.all([
    loadNamesOf(call, refsInNodes(call, nodesOfDraft(draft))),
    lookupChoices(call, fields),
  ]);
  const action = `/${entity.path}/filter`;
  const layout = request.url.searchParams.get('layout');
  const kept = addressParams({ ...state, nodes: state.base.nodes });
  return {
    title: t('filter.title', { entities: labels.manyInText(entity.definition) }),
    isMain: !request.isPartial,
    action,
    hidden: [...kept, ...(layout === null ? [] : [['layout', layout]])].map(([name, value]) => ({ name, value })),
    cancelHref: listAddress(state),
    root: groupView({ call, sources: { names, choices }, action }, draft, ''),
  };
}

function conditionsIn(group: DraftGroup): DraftCondition[] {
  return group.nodes.flatMap((node) => {
    if (node.kind === 'group') return conditionsIn(node);
    return node.kind === 'condition' ? [node] : [];
  });
}

interface Drawing {
  readonly call: EntityCall;
  readonly sources: ConditionSources;
  /** Where the form is sent to be drawn anew. */
  readonly action: string;
}

function groupView(drawing: Drawing, { match, nodes }: DraftGroup, prefix: string): object {
  const { call, action } = drawing;
  const depth = prefix.split('n.').length - 1;
  return {
    isGroup: true,
    action,
    match: {
      ...{ name: `${prefix}m`, id: `filter-${prefix.replaceAll('.', '-')}m`, value: match },
      options: ['all', 'any'].map((value) => ({ value, label: call.t(`filter.match.${value}`) })),
    },
    nodes: nodes.map((node, place) => nodeView(drawing, node, `${prefix}n.${String(place)}.`)),
    addValue: `add:${prefix}`,
    ...(depth < editedDepth && { groupValue: `group:${prefix}` }),
    ...(prefix !== '' && { removeValue: `remove:${prefix}` }),
  };
}

function nodeView(drawing: Drawing, node: DraftNode, prefix: string): object {
  const { call, sources, action } = drawing;
  if (node.kind === 'group') return groupView(drawing, node, prefix);
  const base = { action, removeValue: `remove:${prefix}` };
  if (node.kind === 'condition') return { ...base, ...conditionView(call, sources, node, prefix) };
  const rest = {
    name: `${prefix}rest`,
    value: JSON.stringify(node.node),
    text: nodeText(call, node.node, sources.names),
  };
  return { ...base, rest };
}
