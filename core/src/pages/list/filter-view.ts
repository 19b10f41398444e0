import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { linkValue } from '../../records/filter-values.js';
import type { LinkEntry } from '../../records/links.js';
import { cutHoles, hole } from '../../views/holed-markup.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { allFields, findField, targetOf, type EntityField } from '../fields/entity-field.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { filterName, listAddress, listParams, type ListFilter, type ListState } from './list-state.js';

/** Ids of records that the conditions name, by entity: their names go on the chips. */
export function filteredRefs(entity: CompiledEntity, filters: readonly ListFilter[]): Map<string, Set<string>> {
  const refs = new Map<string, Set<string>>();
  const note = (target: string, id: string): void => {
    refs.set(target, (refs.get(target) ?? new Set()).add(id));
  };
  for (const { field, value } of filters) {
    const found = findField(entity, field);
    if (found?.field.kind === 'links') for (const { entity: target, id } of linked(value)) note(target, id);
    if (found?.field.kind !== 'ref' || !/^[0-9a-f-]{36}$/.test(value)) continue;
    note(targetOf(entity, found.field), value);
  }
  return refs;
}

/** Records that a condition on links names. */
function linked(value: string): readonly LinkEntry[] {
  return value.split(',').flatMap((one) => linkValue(one) ?? []);
}

/** Chips and filter menu of a list. The texts and addresses of its conditions are filled in: the rest is the same for the same kinds of condition. */
export function filtersHtml(call: EntityCall, state: ListState, names: RecordNames): SafeHtml {
  const { entity, env, request, labels } = call;
  const { filters, path } = state;
  const fields = filters.map(({ field }) => findField(entity, field));
  const params = listParams({ ...state, after: null });
  const form = filters.map(({ field, operator, value }) => [field, operator, operator === 'empty' ? value : '']);
  const reader = [entity.definition.id, fieldRightsOf(entity, request.identity), env.locale, path];
  const bar = request.generation.views.holed.of(
    `filters ${JSON.stringify([reader, form, params.map(([name]) => name)])}`,
    () => {
      const chips = filters.map((filter, place) => ({
        label: fields[place] === undefined ? filter.field : labels.field(entity, fields[place]),
        operator: operatorLabel(call, filter),
        value: hole(1 + 2 * place),
        removeHref: hole(2 + 2 * place),
      }));
      const hidden = params.map(([name], place) => ({ name, value: hole(1 + 2 * filters.length + place) }));
      const clearHref = filters.length === 0 ? {} : { clearHref: hole(0) };
      const context = { id: 'filters', chips, filters: filterForms(call, path, hidden), ...clearHref };
      return cutHoles(call.render('core:records/_filters', context));
    },
  );
  const chipTexts = filters.flatMap((filter, place) => [
    filter.operator === 'empty' ? '' : chipValue(call, fields[place], filter, names),
    listAddress({ ...state, filters: filters.filter((other) => other !== filter), after: null }),
  ]);
  const clearHref = listAddress({ ...state, filters: [], after: null });
  return bar.fill([clearHref, ...chipTexts, ...params.map(([, value]) => value)]);
}

type Hidden = readonly { readonly name: string; readonly value: string }[];

/** One form per field that lists can be narrowed by, by GET; it keeps the other conditions. */
function filterForms(call: EntityCall, action: string, hidden: Hidden): object[] {
  const { entity } = call;
  return allFields(entity).flatMap((field) => {
    const label = call.labels.field(entity, field);
    const control = controlOf(call, field, label);
    if (control === null) return [];
    const kept = hidden.filter(({ name }) => !('name' in control) || name !== control.name);
    return { label, action, hidden: kept, control };
  });
}

function operatorLabel({ t }: PageCall, { operator, value }: ListFilter): string {
  if (operator === 'empty') return t(value === 'true' ? 'filter.isEmpty' : 'filter.isFilled');
  return t(`filter.${operator}`);
}

function chipValue(
  call: EntityCall,
  field: EntityField | undefined,
  { value }: ListFilter,
  names: RecordNames,
): string {
  const show = field && chipTexts[field.field.kind];
  return field === undefined || show === undefined ? value : show({ call, field, value, names });
}

interface Chip {
  readonly call: EntityCall;
  readonly field: EntityField;
  readonly value: string;
  readonly names: RecordNames;
}

const optionText = ({ call: { entity, labels }, field, value }: Chip): string =>
  value
    .split(',')
    .map((option) => labels.option(entity, field, option))
    .join(', ');
const dayText = ({ call: { request, env }, value }: Chip): string =>
  request.generation.views.formatters.date(env, value);

const chipTexts: Readonly<Partial<Record<Field['kind'], (chip: Chip) => string>>> = {
  ref: ({ call: { entity, t }, field, value, names }) =>
    names.of(targetOf(entity, field.field), value)?.title ?? t('value.hidden'),
  links: ({ call: { t }, value, names }) =>
    linked(value)
      .map(({ entity, id }) => names.of(entity, id)?.title ?? t('value.hidden'))
      .join(', '),
  choice: optionText,
  choices: optionText,
  boolean: ({ call: { t }, value }) => t(value === 'true' ? 'ui.yes' : 'ui.no'),
  date: dayText,
  dateTime: dayText,
};

const textOperators = ['contains', 'startsWith', 'eq', 'empty', 'filled'];
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
  const known = operators[kind];
  return known === undefined ? null : { ...base, name: 'value', body: operatorControl(call, field, base.id, known) };
}

function operatorControl(
  { render, t }: PageCall,
  { path, field }: EntityField,
  id: string,
  known: readonly string[],
): unknown {
  const isDay = field.kind === 'date' || field.kind === 'dateTime';
  const options = known.map((value) => ({ value, label: t(filterKey(value)) }));
  return render('core:records/_filter-control', { path, id, options, type: isDay ? 'date' : 'text' });
}

function filterKey(operator: string): string {
  if (operator === 'empty') return 'filter.isEmpty';
  return operator === 'filled' ? 'filter.isFilled' : `filter.${operator}`;
}
