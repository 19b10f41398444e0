import { Type } from '@trellis-crm/sdk';
import { fieldSchema, isDemanded, itemSchema } from './field-schemas.js';
import type { CompiledField, JsonSchema, RecordSchemas } from './compiled-entity.js';

/** Builds the JSON Schemas of an entity from its fields. */
export function recordSchemas(fields: readonly CompiledField[]): RecordSchemas {
  const written = fields.filter(({ isSystem, path }) => !isSystem || path === 'owner');
  const open = written.filter(({ field }) => field.readOnly !== true);
  return {
    record: Type.Unsafe(objectOf(fields, answerOf, (field) => field.permissions === null)),
    create: Type.Unsafe(objectOf(open, inputOf, ({ field }) => isDemanded(field))),
    patch: Type.Unsafe(objectOf(open, inputOf, () => false)),
    elevatedCreate: Type.Unsafe(objectOf(written, inputOf, ({ field }) => isDemanded(field))),
    elevatedPatch: Type.Unsafe(objectOf(written, inputOf, () => false)),
  };
}

type SchemaOf = (field: CompiledField) => JsonSchema;
type Needed = (field: CompiledField) => boolean;

/** Own fields side by side, those of a plugin in an object under its id. */
function objectOf(fields: readonly CompiledField[], schemaOf: SchemaOf, isNeeded: Needed): JsonSchema {
  const own = fields.filter(({ plugin }) => plugin === null);
  const plugins = new Set(fields.flatMap(({ plugin }) => plugin ?? []));
  const nested = [...plugins].map((id) => [id, flat(ofPlugin(fields, id), schemaOf, isNeeded)] as const);
  const base = flat(own, schemaOf, isNeeded);
  return { ...base, properties: { ...(base['properties'] as object), ...Object.fromEntries(nested) } };
}

function flat(fields: readonly CompiledField[], schemaOf: SchemaOf, isNeeded: Needed): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])),
    required: fields.filter(isNeeded).map(({ name }) => name),
    additionalProperties: false,
  };
}

function ofPlugin(fields: readonly CompiledField[], id: string): CompiledField[] {
  return fields.filter(({ plugin }) => plugin === id);
}

const inputOf: SchemaOf = ({ field }) => fieldSchema(field);

/** Answers hold every property; a ref may be replaced by its record (`include`). */
function answerOf({ field }: CompiledField): JsonSchema {
  if (field.kind === 'list') return { type: 'array', items: answeredItem(field) };
  if (field.kind !== 'ref') return fieldSchema(field);
  return orRecord(fieldSchema(field));
}

function answeredItem(field: CompiledField['field']): JsonSchema {
  const item = itemSchema(field, true);
  const properties = Object.entries(field.item ?? {}).map(([name, part]) => [
    name,
    part.kind === 'ref' ? orRecord(fieldSchema(part)) : fieldSchema(part),
  ]);
  return { ...item, properties: Object.fromEntries(properties) };
}

function orRecord(reference: JsonSchema): JsonSchema {
  return { anyOf: [reference, { type: 'object', description: 'The record, when `include` asks for it' }] };
}
