import type { EndpointDescription } from '../http/endpoint.js';
import type { CompiledEntity, CompiledField, JsonSchema } from './compiled-entity.js';
import { traitsOf } from './field-kinds.js';
import { operatorsOf } from './filter.js';
import { maxLimit } from './list-query.js';
import { isSortable } from './sort.js';
import { completenessOperators } from '../completeness/completeness-condition.js';
import { completenessPath, hasCompleteness } from '../completeness/completeness-part.js';
import { hasTags, tagsPath, tagTones } from './tags/tag.js';
import { tagOperators } from './tags/tag-condition.js';

/** What OpenAPI says about the list of an entity. */
export function describeList(entity: CompiledEntity): EndpointDescription {
  return {
    ...about(entity, 'list', 'List'),
    query: parameters({
      ...(entity.search === null ? {} : { q: searchText }),
      filter: filterSchema(entity),
      where: whereSchema,
      sort: text(
        `Fields, comma-separated, - in front for descending; default -updatedAt. ${pathsOf(entity, isSortable)}`,
      ),
      fields: text('Fields to answer with, comma-separated; the id always among them'),
      include: includeSchema,
      titles: text('Refs, comma-separated, whose records are told by their titles, in `titles` of the answer'),
      limit: { type: 'integer', minimum: 1, maximum: maxLimit, default: 50 },
      after: text('`page.next` of the page before'),
      count: { type: 'string', enum: ['capped', 'exact', 'estimate', 'none'], default: 'capped' },
    }),
    answers: { 200: pageOf(someFields(withBeside(entity))) },
  };
}

/** What OpenAPI says about the query of an export. */
export function exportParameters(entity: CompiledEntity): JsonSchema {
  return parameters({
    ...(entity.search === null ? {} : { q: searchText }),
    filter: filterSchema(entity),
    where: whereSchema,
    sort: text('As for the list'),
    fields: text('Columns in their order, comma-separated; all that may be seen unless told'),
    format: { type: 'string', enum: ['csv', 'xlsx'], default: 'csv' },
    bom: { type: 'string', enum: ['true', 'false'], default: 'false' },
    labels: { type: 'string', enum: ['true', 'false'], default: 'false' },
  });
}

/** What OpenAPI says about reading one record. */
export function describeGet(entity: CompiledEntity): EndpointDescription {
  return {
    ...about(entity, 'get', 'Read one of'),
    query: parameters({ include: includeSchema }),
    // A record that became another one leads there.
    answers: { 200: withBeside(entity), 307: null },
  };
}

/** What OpenAPI says about the aggregate of an entity. */
export function describeAggregate(entity: CompiledEntity): EndpointDescription {
  const fields = (fits: (field: CompiledField) => boolean): JsonSchema =>
    text(`Comma-separated. ${pathsOf(entity, fits)}`);
  const ordered = fields(({ field }) => traitsOf(field).isOrdered);
  return {
    ...about(entity, 'aggregate', 'Count and measure'),
    query: parameters({
      filter: filterSchema(entity),
      where: whereSchema,
      group: fields(({ field }) => traitsOf(field).isGroupable),
      sum: fields(({ field }) => traitsOf(field).isSummable),
      min: ordered,
      max: ordered,
      count: { type: 'string', enum: ['*'] },
    }),
    answers: {
      200: { type: 'object', properties: { data: { type: 'array', items: groupSchema } }, required: ['data'] },
    },
  };
}

/** What OpenAPI says about creating a record. */
export function describeCreate(entity: CompiledEntity): EndpointDescription {
  return {
    ...about(entity, 'create', 'Create one of'),
    body: entity.schemas.create,
    answers: { 201: entity.schemas.record },
  };
}

/** What OpenAPI says about changing a record. */
export function describePatch(entity: CompiledEntity): EndpointDescription {
  return {
    ...about(entity, 'update', 'Change one of'),
    body: entity.schemas.patch,
    answers: { 200: entity.schemas.record },
  };
}

/** What OpenAPI says about putting a record into the trash. */
export function describeTrash(entity: CompiledEntity): EndpointDescription {
  return { ...about(entity, 'trash', 'Put into the trash one of'), answers: { 204: null } };
}

/** What OpenAPI says about looking into the trash. */
export function describeTrashList(entity: CompiledEntity): EndpointDescription {
  const data = { type: 'array', items: someFields(entity.schemas.record) };
  return {
    ...about(entity, 'listTrash', 'List the trash of'),
    query: parameters({ filter: filterSchema(entity), where: whereSchema }),
    answers: { 200: { type: 'object', properties: { data }, required: ['data'] } },
  };
}

/** What OpenAPI says about taking a record out of the trash. */
export function describeRestoration(entity: CompiledEntity): EndpointDescription {
  return { ...about(entity, 'restore', 'Take out of the trash one of'), answers: { 200: entity.schemas.record } };
}

/** What search takes, wherever it is asked. */
export const searchText: JsonSchema = {
  type: 'string',
  maxLength: 200,
  description:
    'Words to look for, all of which must be found: parts of names and other short texts, whole words of long ones; in "quotes" words that stand together',
};

/** Conditions with alternatives, which `filter` cannot say. */
const whereSchema: JsonSchema = text(
  'Filter tree as JSON: `{"any":[{"field":"name","op":"contains","value":"acme"},{"all":[…]}]}`; operators as in `filter`, `between` with two values. ' +
    'Days also as today, yesterday, tomorrow, this_week, last_month, next_quarter, this_year, last_fiscal_year, last_30_days, next_2_weeks, -7d, 3m; users as me and my_team, teams as my_team',
);

const includeSchema: JsonSchema = text(
  'Refs, comma-separated, whose records replace their ids; `tags` adds the tags of each record, `completeness` how complete it is where something counts',
);

const groupSchema: JsonSchema = {
  type: 'object',
  properties: {
    key: { type: 'object' },
    count: { type: 'integer' },
    sum: { type: 'object', description: 'Amounts of money: one group per currency' },
    min: { type: 'object' },
    max: { type: 'object' },
  },
  required: ['key', 'count', 'sum', 'min', 'max'],
  additionalProperties: false,
};

function about(
  { definition, path }: CompiledEntity,
  verb: string,
  phrase: string,
): Pick<EndpointDescription, 'operationId' | 'summary' | 'tag'> {
  return {
    operationId: `${definition.id}.${verb}`,
    summary: `${phrase} ${definition.plural.replaceAll('_', ' ')}`,
    tag: path,
  };
}

function pageOf(record: JsonSchema): JsonSchema {
  const page = {
    type: 'object',
    properties: {
      next: { type: ['string', 'null'], description: 'Cursor of the next page' },
      count: { type: ['integer', 'null'] },
      countIsCapped: { type: 'boolean', description: 'There are more than `count`' },
    },
    required: ['next', 'count', 'countIsCapped'],
    additionalProperties: false,
  };
  const data = { type: 'array', items: record };
  const titles = {
    type: 'object',
    description: 'By entity and id; a record that is not visible is left out',
    additionalProperties: { type: 'object' },
  };
  return {
    type: 'object',
    properties: { data, page, titles },
    required: ['data', 'page'],
    additionalProperties: false,
  };
}

/** A record, with its tags and how complete it is where they are asked for. */
function withBeside(entity: CompiledEntity): JsonSchema {
  const { record } = entity.schemas;
  const beside = { ...(hasTags(entity) && tagsSchema), ...(hasCompleteness(entity) && completenessSchema) };
  return { ...record, properties: { ...(record['properties'] as object), ...beside } };
}

const tagSchema: JsonSchema = {
  type: 'object',
  properties: { id: { type: 'string' }, name: { type: 'string' }, tone: { type: 'string', enum: tagTones } },
};

const tagsSchema = { [tagsPath]: { type: 'array', description: 'Where `include` asks for them', items: tagSchema } };

const percentSchema = { type: 'integer', minimum: 0, maximum: 100 };

const completenessSchema = {
  [completenessPath]: { ...percentSchema, description: 'Whole percent, where `include` asks for it' },
};

/** A record of a list may have been asked for in parts. */
function someFields(record: JsonSchema): JsonSchema {
  const properties = Object.entries(record['properties'] as Readonly<Record<string, JsonSchema>>);
  const loose = properties.map(([name, schema]) => [
    name,
    schema['type'] === 'object' && 'required' in schema && 'properties' in schema
      ? { ...schema, required: [] }
      : schema,
  ]);
  return { ...record, properties: Object.fromEntries(loose), required: ['id'] };
}

/** `filter[<field>]=<value>` and `filter[<field>][<operator>]=<value>`. */
function filterSchema(entity: CompiledEntity): JsonSchema {
  const visible = [...entity.fields.values()].flatMap((field) => [
    { field, item: null, part: 'value' as const, name: field.path },
    ...(field.list?.items ?? []).map((item) => ({
      field,
      item,
      part: 'value' as const,
      name: `${field.path}.${item.name}`,
    })),
  ]);
  const filterable = visible.filter((target) => operatorsOf(target).length > 0);
  const beside = [
    ...(hasTags(entity) ? [[tagsPath, tagOperators] as const] : []),
    ...(hasCompleteness(entity) ? [[completenessPath, completenessOperators] as const] : []),
  ];
  const all = [...filterable.map((target) => [target.name, operatorsOf(target)] as const), ...beside];
  const properties = all.map(([name, operators]) => [
    name,
    { anyOf: [{ type: 'string' }, operatorsSchema(operators)] },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}

function operatorsSchema(operators: readonly string[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(operators.map((operator) => [operator, { type: 'string' }])),
    additionalProperties: false,
  };
}

function parameters(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties };
}

function pathsOf(entity: CompiledEntity, fits: (field: CompiledField) => boolean): string {
  const paths = [...entity.fields.values()]
    .filter((field) => field.permissions === null && fits(field))
    .map(({ path }) => path);
  return `One of: ${paths.join(', ')}`;
}

function text(description: string): JsonSchema {
  return { type: 'string', description };
}
