import type { Field, FieldKind } from '@trellis-crm/sdk';

/** Comparisons of the query language. */
export type Operator =
  | 'eq'
  | 'ne'
  | 'in'
  | 'notIn'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'between'
  | 'contains'
  | 'notContains'
  | 'startsWith'
  | 'empty';

/** What a kind of field can do in the database and in a query. */
export interface KindTraits {
  /** Type of the column as `format_type` names it, without precision; null for kinds without a column of their own. */
  readonly columnType: string | null;
  readonly operators: readonly Operator[];
  readonly isSortable: boolean;
  readonly isGroupable: boolean;
  readonly isSummable: boolean;
  /** Has a smallest and a greatest value. */
  readonly isOrdered: boolean;
}

/** Traits of a field's kind. */
export function traitsOf(field: Field): KindTraits {
  return traits[field.kind];
}

const equality: readonly Operator[] = ['eq', 'ne', 'in', 'notIn', 'empty'];
const order: readonly Operator[] = [...equality, 'gt', 'gte', 'lt', 'lte', 'between'];
const text: readonly Operator[] = [...equality, 'contains', 'notContains', 'startsWith'];

type Ability = 'sort' | 'group' | 'sum' | 'order';

function kind(columnType: string | null, operators: readonly Operator[], ...abilities: readonly Ability[]): KindTraits {
  return {
    columnType,
    operators,
    isSortable: abilities.includes('sort'),
    isGroupable: abilities.includes('group'),
    isSummable: abilities.includes('sum'),
    isOrdered: abilities.includes('order'),
  };
}

const traits: Readonly<Record<FieldKind, KindTraits>> = {
  text: kind('text', text, 'sort', 'group'),
  longText: kind('text', text),
  integer: kind('integer', order, 'sort', 'group', 'sum', 'order'),
  decimal: kind('numeric', order, 'sort', 'sum', 'order'),
  percent: kind('numeric', order, 'sort', 'order'),
  money: kind('numeric', order, 'sort', 'sum', 'order'),
  boolean: kind('boolean', ['eq', 'ne'], 'sort', 'group'),
  date: kind('date', order, 'sort', 'group', 'order'),
  dateTime: kind('timestamp with time zone', order, 'sort', 'order'),
  duration: kind('integer', order, 'sort', 'sum', 'order'),
  choice: kind('text', equality, 'sort', 'group'),
  choices: kind('text[]', equality),
  ref: kind('uuid', equality, 'group'),
  email: kind('text', text, 'sort'),
  phone: kind('text', text, 'sort'),
  url: kind('text', text, 'sort'),
  list: kind(null, ['empty']),
  links: kind(null, equality),
  files: kind(null, ['empty']),
  json: kind('jsonb', []),
};
