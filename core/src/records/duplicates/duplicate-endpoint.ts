import { MalformedError, Type, Uuid, type Problem } from '@trellis-crm/sdk';
import type { Endpoint, EndpointDescription, EndpointRequest } from '../../http/endpoint.js';
import type { CompiledEntity, CompiledRule } from '../compiled-entity.js';
import { canonicalValue } from '../field-input.js';
import { getRecord } from '../get-records.js';
import type { ReadScope } from '../record-scope.js';
import { permissionFor } from '../rights.js';
import { findDuplicates } from './find-duplicates.js';
import { nameOf } from './likeness.js';

const duplicate = Type.Object(
  {
    id: Uuid,
    title: Type.Union([Type.String(), Type.Null()]),
    score: Type.Number({ minimum: 0, maximum: 1, description: 'How likely they are the same' }),
    reasons: Type.Array(Type.String(), { description: 'Fields that say so, the strongest first' }),
  },
  { additionalProperties: false },
);

/** `GET /api/v1/<path>/duplicates`: records that are likely the same as what the parameters describe, or as a record there is. */
export function duplicatesEndpoint(entity: CompiledEntity, scopeOf: (request: EndpointRequest) => ReadScope): Endpoint {
  const { definition, path } = entity;
  return {
    method: 'GET',
    path: `/api/v1/${path}/duplicates`,
    module: definition.module,
    access: permissionFor(entity, 'read'),
    surface: 'api',
    input: { query: 'any' },
    description: describeDuplicates(entity),
    async handle(request) {
      const scope = scopeOf(request);
      const found = await findDuplicates(scope, entity, await askedValues(scope, entity, request.query));
      const data = found.map(({ record, score, reasons }) => ({
        id: record.id,
        title: record[definition.title] ?? null,
        score,
        reasons,
      }));
      return { status: 200, body: { data } };
    },
  };
}

function describeDuplicates({ definition, duplicates }: CompiledEntity): EndpointDescription {
  const names = [...new Set(duplicates.map(nameOf))];
  const value = { type: 'string', description: 'Value; several of a list with commas between them' };
  return {
    operationId: `${definition.id}.duplicates`,
    summary: `Find likely duplicates among ${definition.plural}`,
    tag: definition.id,
    failures: [404],
    query: {
      type: 'object',
      properties: {
        id: { type: 'string', format: Uuid.format, description: 'A record there is, in place of values' },
        ...Object.fromEntries(names.map((name) => [name, value])),
      },
    },
    answers: { 200: Type.Object({ data: Type.Array(duplicate) }, { additionalProperties: false }) },
  };
}

/** @throws MalformedError `invalid_query`; NotFoundError for an id of nothing that may be read */
async function askedValues(
  scope: ReadScope,
  entity: CompiledEntity,
  query: EndpointRequest['query'],
): Promise<Readonly<Record<string, unknown>>> {
  const rules = new Map(entity.duplicates.map((rule) => [nameOf(rule), rule]));
  const problems: Problem[] = Object.keys(query)
    .filter((name) => name !== 'id' && !rules.has(name))
    .map((name) => ({ pointer: `?${name}`, code: 'unknown_parameter', message: 'is nothing that is compared' }));
  if (Object.keys(query).length === 0)
    problems.push({ pointer: '', code: 'required', message: 'names nothing to compare' });
  if (problems.length > 0) throw new MalformedError('invalid_query', {}, { errors: problems });
  if (query['id'] !== undefined) return getRecord(scope, entity, textOf(query['id']));
  const values: Record<string, unknown> = {};
  for (const [name, rule] of rules) {
    const given = query[name] === undefined ? [] : partsOf(rule, textOf(query[name]));
    const { field, item } = rule;
    const parts = given.map((part) => canonicalValue((item ?? field).field, part, scope));
    if (parts.length > 0) values[field.path] = item === null ? parts[0] : parts.map((part) => ({ [item.name]: part }));
  }
  return values;
}

/** A list has several entries, commas between them. */
function partsOf({ item }: CompiledRule, text: string): readonly string[] {
  return item === null ? [text] : text.split(',');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
