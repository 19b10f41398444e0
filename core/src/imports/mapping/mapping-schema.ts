import { Type } from '@trellis-crm/sdk';
import { delimiters } from '../csv/delimiter.js';

const text = Type.String({ minLength: 1, maxLength: 500 });

const fieldSource = Type.Object(
  {
    column: Type.Optional(text),
    template: Type.Optional(text),
    value: Type.Optional(Type.String({ maxLength: 2000 })),
    values: Type.Optional(Type.Record(Type.String(), Type.String())),
    format: Type.Optional(Type.String({ pattern: '^(YYYY|YY|MM|DD|HH|mm|ss|[-./: T年月日])+$' })),
    century: Type.Optional(Type.Integer({ minimum: 0, maximum: 9900, multipleOf: 100 })),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    currencyColumn: Type.Optional(text),
    scale: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}(\\.[0-9]{1,15})?$' })),
    decimal: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal(',')])),
    separator: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
    ref: Type.Optional(text),
    deferred: Type.Optional(Type.Boolean()),
    missing: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('notice')])),
    blank: Type.Optional(Type.Literal('notice')),
  },
  { additionalProperties: false },
);

const cell = Type.Union([text, fieldSource]);
const listSource = Type.Object(
  { entries: Type.Array(Type.Record(Type.String(), cell), { minItems: 1, maxItems: 20 }) },
  { additionalProperties: false },
);

const match = Type.Object(
  {
    externalId: Type.Optional(Type.Union([text, Type.Object({ template: text }, { additionalProperties: false })])),
    field: Type.Optional(text),
  },
  { additionalProperties: false, minProperties: 1 },
);

const record = Type.Object(
  {
    entity: Type.String({ pattern: '^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$' }),
    match: Type.Optional(match),
    mode: Type.Optional(Type.Union([Type.Literal('create'), Type.Literal('update')])),
    optional: Type.Optional(Type.Boolean()),
    fields: Type.Record(text, Type.Union([text, fieldSource, listSource])),
  },
  { additionalProperties: false },
);

/** JSON Schema of a mapping file. `$schema` and `description` are for people and editors. */
export const MappingSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    source: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' }),
    delimiter: Type.Optional(Type.Union(delimiters.map((delimiter) => Type.Literal(delimiter)))),
    encoding: Type.Optional(Type.String({ maxLength: 40 })),
    blanks: Type.Optional(Type.Union([Type.Literal('keep'), Type.Literal('clear')])),
    timeZone: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    records: Type.Array(record, { minItems: 1, maxItems: 20 }),
  },
  { additionalProperties: false },
);
