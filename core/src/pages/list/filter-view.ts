import type { Field } from '@trellis-crm/sdk';
import { cutHoles, hole } from '../../views/holed-markup.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { allFields, targetOf, type EntityField } from '../fields/entity-field.js';
import { completenessField } from '../fields/completeness-field.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import { tagsField } from '../fields/tags-field.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { besideFields } from './filter-fields.js';
import { filterName, isGroup, type ListNode } from './filter-nodes.js';
import { conditionLabel, nodeText, operatorKey, operatorText, valueText } from './filter-texts.js';
import { addressParams, listAddress, wholeParams, type ListState } from './list-state.js';

/**
 * Chips and filter menu of a list, with what stands at the end of the bar. The texts and addresses of its conditions are filled in: the
 * rest is the same for the same kinds of condition.
 */
export function filtersHtml(call: EntityCall, state: ListState, names: RecordNames): SafeHtml {
  const { entity, env, request } = call;
  const { nodes, path } = state;
  const isNarrowed = nodes.length > 0 || state.q !== null;
  const params = wholeParams({ ...state, after: null });
  const form = nodes.map((node) => (isGroup(node) ? ['group'] : [node.field, node.op, operatorText(call, node)]));
  const reader = [entity.definition.id, fieldRightsOf(entity, request.identity), env.locale, path];
  const bar = request.generation.views.holed.of(
    `filters ${JSON.stringify([reader, form, params.map(([name]) => name)])}`,
    () => {
      const [firstChip, firstHidden] = [3, 3 + 2 * nodes.length];
      const chips = nodes.map((node, place) => ({
        ...chipLabels(call, node),
        value: hole(firstChip + 2 * place),
        removeHref: hole(firstChip + 1 + 2 * place),
        editHref: hole(1),
        editSource: hole(1),
      }));
      const hidden = params.map(([name], place) => ({ name, value: hole(firstHidden + place) }));
      const clearHref = isNarrowed ? { clearHref: hole(0) } : {};
      const isBoard = path.endsWith('/board');
      const search = isBoard || entity.search === null ? {} : { search: searchView(call, path, hidden) };
      const filters = isBoard ? [] : filterForms(call, path, hidden);
      const display = isBoard ? {} : { displayHref: hole(2), displaySource: hole(2) };
      const more = { editHref: hole(1), editSource: hole(1), ...display };
      return cutHoles(
        call.render('core:records/_filters', { id: 'filters', ...search, chips, filters, ...more, ...clearHref }),
      );
    },
  );
  const chipTexts = nodes.flatMap((node, place) => [
    isGroup(node) ? nodeText(call, node, names) : valueText(call, node, names),
    listAddress({ ...state, nodes: nodes.toSpliced(place, 1), after: null }),
  ]);
  const clearHref = listAddress(withoutFilter(state));
  const hrefs = [clearHref, dialogHref(call, state, 'filter'), dialogHref(call, state, 'columns')];
  return bar.fill([...hrefs, ...chipTexts, ...params.map(([, value]) => value)]);
}

/** The list with nothing left out. */
export function withoutFilter(state: ListState): ListState {
  return { ...state, q: null, nodes: [], after: null };
}

/** The box that looks for words in what the list shows; it keeps its conditions and order. */
function searchView({ t, labels, entity }: EntityCall, action: string, hidden: Hidden): object {
  return {
    action,
    label: t('list.search', { entities: labels.manyInText(entity.definition) }),
    value: hidden.find(({ name }) => name === 'q')?.value,
    hidden: hidden.filter(({ name }) => name !== 'q'),
  };
}

/** Address of a page about the list as it is: its filter, or its columns. */
export function dialogHref({ entity }: EntityCall, state: ListState, page: 'filter' | 'columns'): string {
  const layout: [string, string][] = state.path.endsWith('/board') ? [['layout', 'board']] : [];
  const params = new URLSearchParams([...addressParams({ ...state, after: null }), ...layout]).toString();
  return `/${entity.path}/${page}${params === '' ? '' : `?${params}`}`;
}

/** A group says itself what it is about. */
function chipLabels(call: EntityCall, node: ListNode): { readonly label: string; readonly operator: string } {
  if (isGroup(node)) return { label: '', operator: '' };
  return { label: conditionLabel(call, node), operator: operatorText(call, node) };
}

type Hidden = readonly { readonly name: string; readonly value: string }[];

/** One form per field that lists can be narrowed by, by GET; it keeps the other conditions. */
function filterForms(call: EntityCall, action: string, hidden: Hidden): object[] {
  const { entity } = call;
  return [...allFields(entity), ...besideFields(entity)].flatMap((field) => {
    const label = call.labels.field(entity, field);
    const control = field === tagsField ? tagsControl(label) : controlOf(call, field, label);
    if (control === null) return [];
    const kept = hidden.filter(({ name }) => !('name' in control) || name !== control.name);
    return { label, action, hidden: kept, control };
  });
}

const textOperators = ['contains', 'startsWith', 'eq', 'empty', 'filled'];
const boundOperators = ['lte', 'gte', 'eq'];
const orderOperators = ['gte', 'lte', 'eq', 'empty', 'filled'];

const operators: Readonly<Partial<Record<Field['kind'], readonly string[]>>> = {
  text: textOperators,
  email: textOperators,
  phone: textOperators,
  url: textOperators,
  longText: ['contains', 'empty', 'filled'],
  integer: orderOperators,
  decimal: orderOperators,
  percent: orderOperators,
  money: orderOperators,
  date: orderOperators,
  dateTime: ['gte', 'lte'],
};

/** Names, with commas between them. */
function tagsControl(label: string): object {
  return { name: filterName(tagsField.path), id: 'filter-tags', label, kind: 'text', autocomplete: 'off' };
}

function controlOf(call: EntityCall, field: EntityField, label: string): object | null {
  const { entity } = call;
  const { kind, options = [] } = field.field;
  const name = filterName(field.path);
  const base = { name, id: `filter-${field.path.replaceAll('.', '-')}`, label };
  if (kind === 'choice' || kind === 'choices') {
    return {
      ...base,
      kind: 'select',
      options: options.map((value) => ({ value, label: call.labels.option(entity, field, value) })),
    };
  }
  if (kind === 'boolean') {
    return {
      ...base,
      kind: 'select',
      options: ['true', 'false'].map((value) => ({ value, label: call.t(value === 'true' ? 'ui.yes' : 'ui.no') })),
    };
  }
  if (kind === 'ref') {
    const target = call.request.generation.entities.get(targetOf(entity, field.field));
    return target === undefined
      ? null
      : { ...base, kind: 'lookup', options: [], searchHref: `/${target.path}/options` };
  }
  const known = operatorsFor(field);
  return known === undefined ? null : { ...base, name: 'value', body: operatorControl(call, field, base.id, known) };
}

function operatorsFor(field: EntityField): readonly string[] | undefined {
  return field === completenessField ? boundOperators : operators[field.field.kind];
}

function operatorControl(
  { render, t }: PageCall,
  { path, field }: EntityField,
  id: string,
  known: readonly string[],
): unknown {
  const isDay = field.kind === 'date' || field.kind === 'dateTime';
  const options = known.map((value) => ({ value, label: t(operatorKey(field.kind, value)) }));
  return render('core:records/_filter-control', { path, id, options, type: isDay ? 'date' : 'text' });
}
