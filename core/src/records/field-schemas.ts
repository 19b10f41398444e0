import { Uuid, type Field, type FieldKind } from '@trellis-crm/sdk';
import type { JsonSchema } from './compiled-entity.js';

/** Digits a decimal may have before the point; with four after it that is numeric(19,4). */
const integerDigits = 15;
const int32 = { minimum: -2_147_483_648, maximum: 2_147_483_647 };
const calendarYear = '^(?!0000)[0-9]{4}-';

/** Whether a field's value is never null. */
export function isNeverNull(field: Field): boolean {
  return field.required === true || field.default !== undefined;
}

/** JSON Schema of a field's value, null included where it may be empty. */
export function fieldSchema(field: Field): JsonSchema {
  const schema = valueSchema(field);
  return isNeverNull(field) || field.kind === 'json' ? schema : nullable(schema);
}

/** JSON Schema of one entry of a list, as written or (with all properties there) as read. */
export function itemSchema(field: Field, isAnswer: boolean): JsonSchema {
  const entries = Object.entries(field.item ?? {});
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, item]) => [name, fieldSchema(item)])),
    required: entries.filter(([, item]) => isAnswer || isDemanded(item)).map(([name]) => name),
    additionalProperties: false,
  };
}

/** Whether a create must name the field. */
export function isDemanded(field: Field): boolean {
  return field.required === true && field.default === undefined;
}

/** The same schema, null allowed. */
export function nullable(schema: JsonSchema): JsonSchema {
  const { type, enum: options } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(options) ? { enum: [...(options as unknown[]), null] } : {}),
  };
}

function valueSchema(field: Field): JsonSchema {
  return schemasByKind[field.kind](field);
}

/** A record of any entity, or of those that the links may lead to. */
function linkSchema({ to }: Field): JsonSchema {
  const entity = { type: 'string', ...(to === undefined ? { minLength: 3, maxLength: 80 } : { enum: to }) };
  return {
    type: 'object',
    properties: { entity, id: { type: 'string', format: Uuid.format } },
    required: ['entity', 'id'],
    additionalProperties: false,
  };
}

/** A file of the store. What is known of it is answered, and taken from the store when it is written. */
function fileSchema(field: Field): JsonSchema {
  return {
    ...itemSchema(field, true),
    required: ['id'],
    description: 'A file that was uploaded before; its id is enough to write it',
  };
}

const decimalPattern = (scale: number): string => `^-?[0-9]{1,${integerDigits}}(\\.[0-9]{1,${scale}})?$`;

const moneySchema: JsonSchema = {
  type: 'object',
  properties: {
    amount: { type: 'string', pattern: decimalPattern(4) },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  },
  required: ['amount', 'currency'],
  additionalProperties: false,
};

/** An empty text is no value: the parser makes it null before it is checked. */
function text(field: Field): JsonSchema {
  return { type: 'string', minLength: 1, ...(field.max === undefined ? {} : { maxLength: field.max }) };
}

function limits({ min, max }: Field): JsonSchema {
  return { ...(min === undefined ? {} : { minimum: min }), ...(max === undefined ? {} : { maximum: max }) };
}

const schemasByKind: Readonly<Record<FieldKind, (field: Field) => JsonSchema>> = {
  text,
  longText: text,
  phone: text,
  email: (field) => ({ ...text(field), format: 'email' }),
  url: (field) => ({ ...text(field), pattern: '^https?://' }),
  integer: (field) => ({ type: 'integer', ...int32, ...limits(field) }),
  duration: (field) => ({
    type: 'integer',
    minimum: 0,
    maximum: int32.maximum,
    ...limits(field),
    description: 'Whole seconds',
  }),
  percent: (field) => ({
    type: 'number',
    minimum: -999.9999,
    maximum: 999.9999,
    ...limits(field),
    description: '12.5 means 12.5 %',
  }),
  decimal: (field) => ({ type: 'string', pattern: decimalPattern(field.scale ?? 4) }),
  money: () => moneySchema,
  boolean: () => ({ type: 'boolean' }),
  date: () => ({ type: 'string', format: 'date', pattern: calendarYear }),
  dateTime: () => ({ type: 'string', format: 'date-time' }),
  choice: (field) => ({ type: 'string', enum: field.options ?? [] }),
  choices: (field) => ({ type: 'array', items: { type: 'string', enum: field.options ?? [] }, uniqueItems: true }),
  ref: () => ({ type: 'string', format: Uuid.format }),
  list: (field) => ({ type: 'array', items: itemSchema(field, false), maxItems: field.max ?? 100 }),
  links: (field) => ({ type: 'array', items: linkSchema(field), maxItems: field.max ?? 100 }),
  files: (field) => ({ type: 'array', items: fileSchema(field), maxItems: field.max ?? 20 }),
  json: () => ({ description: 'Any JSON value up to 64 KB' }),
};
