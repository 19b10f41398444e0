import fc from 'fast-check';
import { typesOf, type Schema } from './json-schema.js';
import { naughtyTexts } from './naughty.js';

/** Where ids in requests come from: records that exist, so that some requests succeed. */
export type IdPool = readonly string[];

/** Values that a schema allows, most of them at its edges. */
export function validValue(schema: Schema, ids: IdPool): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return fc.oneof(...variants.map((variant) => validValue(variant, ids)));
  const types = typesOf(schema);
  if (types.length === 0) return fc.jsonValue({ maxDepth: 2 }).map(withoutProto);
  return fc.oneof(...types.map((type) => ofType(type, schema, ids)));
}

/** `__proto__` as a key is refused on purpose; the raw requests try it. */
function withoutProto(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll('"__proto__"', '"proto"').replaceAll('\\u0000', '')) as unknown;
}

type Make = (schema: Schema, ids: IdPool) => fc.Arbitrary<unknown>;

const makers: Readonly<Record<string, Make>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: (schema) => edges(schema, 2 ** 31 - 1).map(Math.trunc),
  number: (schema) => edges(schema, 1e6),
  string: validText,
  array: validArray,
  object: validObject,
};

function ofType(type: string, schema: Schema, ids: IdPool): fc.Arbitrary<unknown> {
  const make = makers[type];
  if (make === undefined) throw new Error(`no value can be made of type ${type}`);
  return make(schema, ids);
}

function edges({ minimum, maximum }: Schema, bound: number): fc.Arbitrary<number> {
  const low = minimum ?? -bound;
  const high = maximum ?? bound;
  const near = [low, high, low + 1, high - 1, 0, 1].filter((value) => value >= low && value <= high);
  return fc.oneof(fc.constantFrom(...near), fc.integer({ min: Math.ceil(low), max: Math.floor(high) }));
}

const formats: Readonly<Record<string, (ids: IdPool) => fc.Arbitrary<string>>> = {
  uuid: (ids) =>
    ids.length === 0
      ? fc.uuid()
      : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.uuid() }),
  date: () => fc.constantFrom('0001-01-01', '9999-12-31', '2024-02-29', '1582-10-10', '2026-11-22'),
  'date-time': () =>
    fc.constantFrom(
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '2026-03-29T02:30:00+01:00',
      '2016-12-31T23:59:60Z',
      '2026-11-22T00:00:00Z',
    ),
  email: () => fc.constantFrom('a@b.co', `${'x'.repeat(64)}@example.com`, "o'hara+tag@example.co.uk", 'A@EXAMPLE.COM'),
  binary: () => fc.constantFrom('', 'name\nA\n', 'name;x\n"a;b";c\n'),
};

/** Patterns that the generator of texts cannot read. */
const patterns: Readonly<Record<string, fc.Arbitrary<string>>> = {
  '^(?!0*(\\.0*)?$)[0-9]{1,12}(\\.[0-9]{1,12})?$': fc.constantFrom('1', '0.000000000001', '999999999999.999999999999'),
  '^(?!0000)[0-9]{4}-': fc.constantFrom('0001-01-01', '9999-12-31', '2024-02-29'),
};

function validText(schema: Schema, ids: IdPool): fc.Arbitrary<string> {
  const formatted = formats[schema.format ?? ''];
  if (formatted !== undefined) return formatted(ids);
  const { pattern, minLength = 0, maxLength = 300 } = schema;
  const fits = (text: string): boolean => text.length >= minLength && text.length <= maxLength && isStorable(text);
  if (pattern !== undefined) return patterns[pattern] ?? fc.stringMatching(new RegExp(pattern)).filter(fits);
  const long = 'x'.repeat(Math.min(maxLength, 20_000));
  const known = [...naughtyTexts, 'x'.repeat(minLength), long].filter(fits);
  const lengths = { minLength: Math.min(minLength, 5), maxLength: Math.min(maxLength, 30) };
  const free = fc.string({ unit: 'grapheme', ...lengths }).filter(fits);
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: free });
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000');
}

function validArray(
  { items = {}, minItems = 0, maxItems = 5, uniqueItems = false }: Schema,
  ids: IdPool,
): fc.Arbitrary<unknown> {
  const item = validValue(items, ids);
  const length = { minLength: minItems, maxLength: Math.min(maxItems, 6) };
  return uniqueItems
    ? fc.uniqueArray(item, { ...length, selector: (value) => JSON.stringify(value) })
    : fc.array(item, length);
}

function validObject(schema: Schema, ids: IdPool): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, patternProperties } = schema;
  const fixed = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, validValue(property, ids)])),
    { requiredKeys: [...required] },
  );
  const open =
    Object.values(patternProperties ?? {})[0] ??
    (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  if (open === undefined || Object.keys(properties).length > 0) return fixed;
  return fc.dictionary(fc.constantFrom('a', 'core.account:read', 'x'.repeat(50)), validValue(open, ids), {
    maxKeys: 3,
    noNullPrototype: true,
  });
}
