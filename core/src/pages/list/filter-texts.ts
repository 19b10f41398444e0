import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { linkValue } from '../../records/filter-values.js';
import { targetOf } from '../fields/entity-field.js';
import { typedNumber } from '../fields/typed-number.js';
import { tagsField } from '../fields/tags-field.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';
import { dayWordText } from './day-words.js';
import { findFilterField, filterLabel, type FilterField } from './filter-fields.js';
import { isGroup, membersOf, type ListNode, type PlainCondition } from './filter-nodes.js';

/** Ids of records that conditions name, by entity: their names go on the chips. */
export function refsInNodes(
  { entity }: Pick<EntityCall, 'entity'>,
  nodes: readonly ListNode[],
): Map<string, Set<string>> {
  const refs = new Map<string, Set<string>>();
  const note = (node: ListNode): void => {
    if (isGroup(node)) {
      membersOf(node).forEach(note);
      return;
    }
    for (const { target, id } of refsOf(entity, node)) refs.set(target, (refs.get(target) ?? new Set()).add(id));
  };
  nodes.forEach(note);
  return refs;
}

interface NamedRecord {
  readonly target: string;
  readonly id: string;
}

function refsOf(entity: CompiledEntity, node: PlainCondition): readonly NamedRecord[] {
  const found = findFilterField(entity, node.field);
  if (found?.field.kind === 'links')
    return valuesOf(node).flatMap((value) => {
      const link = linkValue(value);
      return link === undefined ? [] : [{ target: link.entity, id: link.id }];
    });
  if (found?.field.kind !== 'ref') return [];
  const target = targetOf(entity, found.field);
  return valuesOf(node).flatMap((id) => (/^[0-9a-f-]{36}$/.test(id) ? [{ target, id }] : []));
}

/** What a condition compares with, as texts. */
export function valuesOf({ value }: PlainCondition): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** A condition or group in words. */
export function nodeText(call: EntityCall, node: ListNode, names: RecordNames): string {
  if (!isGroup(node))
    return [conditionLabel(call, node), operatorText(call, node), valueText(call, node, names)].join(' ').trim();
  const texts = membersOf(node).map((member) => {
    const text = nodeText(call, member, names);
    return isGroup(member) ? `(${text})` : text;
  });
  return texts.join(` ${call.t('all' in node ? 'filter.and' : 'filter.or')} `);
}

/** What a condition is about. */
export function conditionLabel({ entity, labels }: EntityCall, { field }: PlainCondition): string {
  const found = findFilterField(entity, field);
  return found === undefined ? field : filterLabel(labels, entity, found);
}

/** How it compares. */
export function operatorText({ t, entity }: EntityCall, { field, op, value }: PlainCondition): string {
  if (op === 'empty') return t(value === 'true' ? 'filter.isEmpty' : 'filter.isFilled');
  return t(operatorKey(findFilterField(entity, field)?.field.kind, op));
}

/** Key of an operator's text: days come before and after each other instead of being less and greater. */
export function operatorKey(kind: Field['kind'] | undefined, op: string): string {
  if (op === 'filled') return 'filter.isFilled';
  if (op === 'empty') return 'filter.isEmpty';
  const isDay = kind === 'date' || kind === 'dateTime';
  return isDay && ['gt', 'gte', 'lt', 'lte', 'eq', 'ne'].includes(op) ? `filter.days.${op}` : `filter.${op}`;
}

/** What it compares with. */
export function valueText(call: EntityCall, condition: PlainCondition, names: RecordNames): string {
  if (condition.op === 'empty') return '';
  const found = findFilterField(call.entity, condition.field);
  const texts = valuesOf(condition).map((value) => (found === undefined ? value : oneText(call, found, value, names)));
  return condition.op === 'between' ? texts.join(' – ') : texts.join(', ');
}

function oneText(call: EntityCall, found: FilterField, value: string, names: RecordNames): string {
  return texts[found.field.kind]?.({ call, found, names }, value) ?? value;
}

interface Told {
  readonly call: EntityCall;
  readonly found: FilterField;
  readonly names: RecordNames;
}

type TextOf = (told: Told, value: string) => string;

const recordText: TextOf = ({ call: { entity, t }, found, names }, value) => {
  if (value === 'me' || value === 'my_team') return t(`filter.${value}`);
  return names.of(targetOf(entity, found.field), value)?.title ?? t('value.hidden');
};
const linkText: TextOf = ({ call: { t }, names }, value) => {
  const link = linkValue(value);
  return (link && names.of(link.entity, link.id)?.title) ?? t('value.hidden');
};
const optionText: TextOf = ({ call: { entity, labels }, found: { owner, item } }, value) =>
  owner === tagsField ? value : labels.option(entity, owner, value, item ?? undefined);
const dayText: TextOf = ({ call }, value) =>
  dayWordText(call, value) ?? call.request.generation.views.formatters.date(call.env, value);

const numberText: TextOf = ({ call: { env } }, value) => typedNumber(value, env.locale);

const texts: Readonly<Partial<Record<Field['kind'], TextOf>>> = {
  ref: recordText,
  links: linkText,
  choice: optionText,
  choices: optionText,
  boolean: ({ call: { t } }, value) => t(value === 'true' ? 'ui.yes' : 'ui.no'),
  decimal: numberText,
  percent: numberText,
  money: numberText,
  date: dayText,
  dateTime: dayText,
};
