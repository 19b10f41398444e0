import type { Field } from '@trellis-crm/sdk';
import { completenessOperators } from '../../completeness/index.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { completenessField } from '../fields/completeness-field.js';
import { targetOf } from '../fields/entity-field.js';
import { linkTargets } from '../fields/links-control.js';
import { tagsField } from '../fields/tags-field.js';
import type { RecordNames } from '../fields/record-names.js';
import { dayWords, dayWordText } from '../list/day-words.js';
import { filterFields, filterLabel, findFilterField, type FilterField } from '../list/filter-fields.js';
import type { PlainCondition } from '../list/filter-nodes.js';
import { operatorKey } from '../list/filter-texts.js';
import type { EntityCall } from '../page-call.js';
import type { DraftCondition } from './filter-draft.js';
import { linkOfDraft, partsOfLink } from './draft-links.js';

/** What the controls of conditions are made from. */
export interface ConditionSources {
  readonly names: RecordNames;
  /** Records to choose from, by entity. */
  readonly choices: ReadonlyMap<string, readonly { readonly value: string; readonly label: string }[]>;
}

const text = ['contains', 'notContains', 'startsWith', 'eq', 'ne', 'empty', 'filled'];
const figure = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'between', 'empty', 'filled'];
const several = ['in', 'notIn', 'empty', 'filled'];
const days = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'empty', 'filled'];

const offered: Readonly<Partial<Record<Field['kind'], readonly string[]>>> = {
  ...{ text, email: text, phone: text, url: text, longText: ['contains', 'notContains', 'empty', 'filled'] },
  ...{ integer: figure, decimal: figure, percent: figure, money: figure, duration: figure },
  ...{ choice: several, choices: several, boolean: ['eq'], date: days, dateTime: days },
  ...{ ref: ['eq', 'ne', 'empty', 'filled'], links: ['eq', 'ne', 'empty', 'filled'] },
  ...{ list: ['empty', 'filled'], files: ['empty', 'filled'] },
};

/** Whether the editor has controls for a condition. */
export function canEdit({ entity }: EntityCall, { field, op, value }: PlainCondition): boolean {
  const found = findFilterField(entity, field);
  if (found === undefined) return false;
  const known = operatorsOf(found);
  const isWord =
    typeof value !== 'string' && value.some((one) => /[a-z]/.test(one)) && found.field.kind.startsWith('date');
  return !isWord && known.includes(asOffered(found, op));
}

/** A draft with a field and an operator that go together. */
export function fitting({ entity }: EntityCall, draft: DraftCondition): DraftCondition {
  const found = findFilterField(entity, draft.field) ?? filterFields(entity)[0];
  if (found === undefined) return draft;
  const known = operatorsOf(found);
  const wanted = asOffered(found, draft.op);
  const op = known.includes(wanted) ? wanted : (known[0] ?? 'eq');
  const takesWord = op !== 'between' && (isDay(found.field) || found.field.kind === 'ref');
  return { ...draft, field: found.path, op, values: valuesOf(found, draft), word: takesWord ? draft.word : '' };
}

function valuesOf({ field }: FilterField, draft: DraftCondition): readonly string[] {
  return field.kind === 'links' ? [linkOfDraft(draft)] : draft.values;
}

/** A condition to begin with. */
export function blankCondition(call: EntityCall): DraftCondition {
  return fitting(call, { kind: 'condition', field: call.entity.definition.title, op: '', word: '', values: [] });
}

/** The controls of a condition, as `core:records/_filter-node` takes them. */
export function conditionView(
  call: EntityCall,
  sources: ConditionSources,
  draft: DraftCondition,
  prefix: string,
): object {
  const { entity, labels, t } = call;
  const found = findFilterField(entity, draft.field);
  if (found === undefined) return {};
  const fields = filterFields(entity).filter((field) => operatorsOf(field).length > 0);
  return {
    field: {
      ...{ name: `${prefix}field`, id: idOf(prefix, 'field'), value: draft.field },
      options: fields.map((field) => ({ value: field.path, label: filterLabel(labels, entity, field) })),
    },
    op: {
      ...{ name: `${prefix}op`, id: idOf(prefix, 'op'), value: draft.op },
      options: operatorsOf(found).map((op) => ({ value: op, label: t(operatorKey(found.field.kind, op)) })),
    },
    ...(found.field.kind === 'links' ? linkView : valueView)(call, sources, { found, draft, prefix }),
  };
}

interface Asked {
  readonly found: FilterField;
  readonly draft: DraftCondition;
  readonly prefix: string;
}

function valueView(call: EntityCall, sources: ConditionSources, asked: Asked): object {
  const { found, draft, prefix } = asked;
  if (draft.op === 'empty' || draft.op === 'filled') return {};
  const words = draft.op === 'between' ? null : wordOptions(call, found, draft.word);
  const word = words && { name: `${prefix}word`, id: idOf(prefix, 'word'), value: draft.word, options: words };
  const places = draft.op === 'between' ? [0, 1] : draft.word === '' ? [0] : [];
  const controls = places.map((place) => ({
    ...{
      name: `${prefix}value.${String(place)}`,
      id: idOf(prefix, `value-${String(place)}`),
      value: draft.values[place] ?? '',
    },
    ...{ label: call.t(place === 0 ? 'filter.value' : 'filter.upTo') },
    ...controlOf(call, sources, asked),
  }));
  return { controls, ...(word && { word }) };
}

function controlOf(call: EntityCall, sources: ConditionSources, asked: Asked): object {
  const { field, owner } = asked.found;
  if (owner === tagsField) return { kind: 'text', autocomplete: 'off', value: asked.draft.values.join(', ') };
  if (field.kind === 'choice' || field.kind === 'choices') return optionsControl(call, asked);
  if (field.kind === 'boolean') return yesOrNo(call);
  if (field.kind === 'ref') return lookupControl(call, sources, asked);
  return { kind: isDay(field) ? 'date' : 'text', autocomplete: 'off' };
}

function optionsControl({ entity, labels }: EntityCall, { found, draft, prefix }: Asked): object {
  const { field, owner, item } = found;
  const options = (field.options ?? []).map((value, place) => ({
    name: `${prefix}value.${String(place)}`,
    value,
    label: labels.option(entity, owner, value, item ?? undefined),
  }));
  return { kind: 'choice', isMultiple: true, options, value: draft.values };
}

function yesOrNo({ t }: EntityCall): object {
  const options = ['true', 'false'].map((value) => ({ value, label: t(value === 'true' ? 'ui.yes' : 'ui.no') }));
  return { kind: 'select', options };
}

function lookupControl(
  { entity, request }: EntityCall,
  { names, choices }: ConditionSources,
  { found, draft }: Asked,
): object {
  const target = targetOf(entity, found.field);
  const path = request.generation.entities.get(target)?.path;
  const current = names.of(target, draft.values[0] ?? '');
  return {
    kind: 'lookup',
    options: choices.get(target) ?? [],
    ...(current && { valueLabel: current.title }),
    ...(path !== undefined && { searchHref: `/${path}/options` }),
  };
}

/** What kind of record is meant, then which one. */
function linkView(call: EntityCall, sources: ConditionSources, { found, draft, prefix }: Asked): object {
  if (draft.op === 'empty' || draft.op === 'filled') return {};
  const targets = linkTargets(call.request.generation, call.entity, found.field);
  const [chosen, id] = partsOfLink(draft.values[0] ?? '');
  const target = targets.find(({ definition }) => definition.id === chosen) ?? targets[0];
  if (target === undefined) return {};
  const options = targets.map(({ definition }) => ({ value: definition.id, label: call.labels.one(definition) }));
  const control = { name: `${prefix}value.0`, id: idOf(prefix, 'value-0'), label: call.t('filter.value') };
  return {
    word: { name: `${prefix}word`, id: idOf(prefix, 'word'), value: target.definition.id, options },
    controls: [{ ...control, ...linkedLookup(sources, target, id) }],
  };
}

/** A record whose name is not known is one of another kind, or hidden: it is as if none was chosen. */
function linkedLookup({ names, choices }: ConditionSources, { definition, path }: CompiledEntity, id: string): object {
  const current = names.of(definition.id, id);
  return {
    ...{ kind: 'lookup', options: choices.get(definition.id) ?? [], searchHref: `/${path}/options` },
    ...(current === null ? { value: '' } : { value: id, valueLabel: current.title }),
  };
}

/** Words that stand for days or people, the first one for what is typed beside them; null for other fields. */
function wordOptions(call: EntityCall, { field }: FilterField, current: string): object[] | null {
  const { t, entity } = call;
  if (isDay(field)) {
    const words = current === '' || dayWords.includes(current) ? dayWords : [...dayWords, current];
    const options = words.map((word) => ({ value: word, label: dayWordText(call, word) ?? word }));
    return [{ value: '', label: t('filter.exactDay') }, ...options];
  }
  if (field.kind !== 'ref') return null;
  const words = wordsOfPeople[targetOf(entity, field)] ?? [];
  if (words.length === 0) return null;
  return [
    { value: '', label: t('filter.somebody') },
    ...words.map((value) => ({ value, label: t(`filter.${value}`) })),
  ];
}

const wordsOfPeople: Readonly<Record<string, readonly string[]>> = {
  'core.user': ['me', 'my_team'],
  'core.team': ['my_team'],
};

function operatorsOf({ field, owner }: FilterField): readonly string[] {
  return owner === completenessField ? completenessOperators : (offered[field.kind] ?? []);
}

/** Of choices the editor has one control, which takes several. */
function asOffered({ field }: FilterField, op: string): string {
  if (field.kind !== 'choice' && field.kind !== 'choices') return op;
  return op === 'eq' ? 'in' : op === 'ne' ? 'notIn' : op;
}

function isDay({ kind }: Field): boolean {
  return kind === 'date' || kind === 'dateTime';
}

function idOf(prefix: string, part: string): string {
  return `filter-${prefix.replaceAll('.', '-')}${part}`;
}
