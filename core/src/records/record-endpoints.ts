import { isTrellisError, PreconditionError, Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { RecordScope as RecordCall } from '../kernel/context-parts.js';
import { aggregateRecords, parseAggregate } from './aggregate.js';
import type { CompiledEntity } from './compiled-entity.js';
import { createRecords } from './create-records.js';
import { duplicatesEndpoint } from './duplicates/duplicate-endpoint.js';
import {
  describeAggregate,
  describeCreate,
  describeGet,
  describeList,
  describePatch,
  describeRestoration,
  describeTrash,
  describeTrashList,
} from './endpoint-descriptions.js';
import { readRecordAs } from './get-records.js';
import { parseListQuery, QueryReader } from './list-query.js';
import { keptList, readPlanned } from './list-records.js';
import { readTrash } from './list-trash.js';
import { mergedInto } from './merged-into.js';
import type { PresentedRecord } from './present-record.js';
import { recordScope, type RecordScope, type RecordWorld } from './record-scope.js';
import { restoreRecord } from './restore-records.js';
import { permissionFor } from './rights.js';
import { trashRecord } from './trash-records.js';
import { updateRecords } from './update-records.js';

/** What the endpoints of an entity need. */
export interface RecordEndpointParts {
  readonly world: RecordWorld;
  readonly entity: CompiledEntity;
  readonly callOf: (request: EndpointRequest) => RecordCall;
}

/** The REST API of an entity under `/api/v1/<path>`, without what its declaration leaves to the module. */
export function recordEndpoints({ world, entity, callOf }: RecordEndpointParts): readonly Endpoint[] {
  const without = new Set(entity.definition.without ?? []);
  const scopeOf = (request: EndpointRequest): RecordScope =>
    recordScope(world, callOf(request), entity.definition.module);
  const api: EntityApi = { entity, scopeOf, base: `/api/v1/${entity.path}` };
  return [
    listEndpoint(api),
    getEndpoint(api),
    aggregateEndpoint(api),
    ...(entity.duplicates.length === 0 ? [] : [duplicatesEndpoint(entity, scopeOf)]),
    ...(without.has('create') ? [] : [createEndpoint(api)]),
    ...(without.has('update') ? [] : [patchEndpoint(api)]),
    ...(without.has('delete') ? [] : [trashEndpoint(api), trashListEndpoint(api), restorationEndpoint(api)]),
  ];
}

interface EntityApi {
  readonly entity: CompiledEntity;
  readonly base: string;
  readonly scopeOf: (request: EndpointRequest) => RecordScope;
}

/** Every input may be checked in full by the record layer alone, which knows the canonical forms. */
const anyObject = { kind: 'json', schema: Type.Object({}, { additionalProperties: true }) } as const;
const byId = { id: Uuid };

function listEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'GET', base, 'read'),
    input: { query: 'any' },
    description: describeList(entity),
    async handle(request) {
      const scope = scopeOf(request);
      const list = keptList(scope, entity, JSON.stringify(request.query), () =>
        parseListQuery(scope, entity, parametersOf(request)),
      );
      const { data, page, titles } = await readPlanned(scope, list);
      const told = titles.map(([id, byId]) => `${JSON.stringify(id)}:${byId}`);
      const beside = list.query.titles.length === 0 ? '' : `,"titles":{${told.join()}}`;
      return json(`{"data":${data},"page":${JSON.stringify(page)}${beside}}`);
    },
  };
}

function getEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'GET', `${base}/:id`, 'read'),
    input: { params: byId, query: 'any' },
    description: describeGet(entity),
    async handle(request) {
      const scope = scopeOf(request);
      const asked = { key: JSON.stringify(request.query), include: () => readInclude(scope, entity, request) };
      try {
        const { json: body, version } = await readRecordAs(scope, entity, idOf(request), asked);
        return { status: 200, headers: { ETag: `"${version}"` }, body };
      } catch (error) {
        const [merged] = isNotFound(error) ? await mergedInto(scope, entity, [idOf(request)]) : [];
        if (merged === undefined) throw error;
        return { status: 307, headers: { Location: `${base}/${merged.into}${request.url.search}` }, body: null };
      }
    },
  };
}

/** Of a record that became another one, the address of that one is told; a merge may be undone, so only for now. */
function isNotFound(error: unknown): boolean {
  return isTrellisError(error) && error.kind === 'not-found';
}

function readInclude(scope: RecordScope, entity: CompiledEntity, request: EndpointRequest): readonly string[] {
  const reader = new QueryReader(scope, entity, parametersOf(request));
  const include = reader.list('include');
  reader.finish(['include']);
  return include;
}

function aggregateEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'GET', `${base}/aggregate`, 'read'),
    input: { query: 'any' },
    description: describeAggregate(entity),
    async handle(request) {
      const scope = scopeOf(request);
      const { conditions, aggregation } = parseAggregate(scope, entity, parametersOf(request));
      return json(JSON.stringify({ data: await aggregateRecords(scope, entity, conditions, aggregation) }));
    },
  };
}

function createEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'POST', base, 'create'),
    idempotency: 'answer',
    input: { body: anyObject },
    description: describeCreate(entity),
    async handle(request) {
      const record = only(await createRecords(scopeOf(request), entity, [request.body]));
      const answer = withTag(201, record);
      return { ...answer, headers: { ...answer.headers, Location: `${base}/${record.id}` } };
    },
  };
}

function patchEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'PATCH', `${base}/:id`, 'update'),
    input: { params: byId, body: anyObject },
    description: describePatch(entity),
    async handle(request) {
      const update = { id: idOf(request), patch: request.body, version: versionOf(request) };
      return withTag(200, only(await updateRecords(scopeOf(request), entity, [update])));
    },
  };
}

function trashEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'DELETE', `${base}/:id`, 'delete'),
    input: { params: byId },
    description: describeTrash(entity),
    async handle(request) {
      await trashRecord(scopeOf(request), entity, idOf(request), versionOf(request));
      return { status: 204, body: null };
    },
  };
}

function trashListEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'GET', `${base}/trash`, 'delete'),
    input: { query: 'any' },
    description: describeTrashList(entity),
    async handle(request) {
      return json(`{"data":${await readTrash(scopeOf(request), entity, parametersOf(request))}}`);
    },
  };
}

function restorationEndpoint({ entity, scopeOf, base }: EntityApi): Endpoint {
  return {
    ...common(entity, 'POST', `${base}/:id/restoration`, 'delete'),
    idempotency: 'answer',
    input: { params: byId },
    description: describeRestoration(entity),
    async handle(request) {
      return withTag(200, await restoreRecord(scopeOf(request), entity, idOf(request)));
    },
  };
}

function common(
  entity: CompiledEntity,
  method: Endpoint['method'],
  path: string,
  verb: 'read' | 'create' | 'update' | 'delete',
) {
  return {
    method,
    path,
    module: entity.definition.module,
    access: permissionFor(entity, verb),
    surface: 'api',
  } as const;
}

/** The version the caller means to change; undefined forces. @throws PreconditionError `if_match_required` */
function versionOf({ ifVersion }: EndpointRequest): number | undefined {
  if (ifVersion === null)
    throw new PreconditionError(
      'if_match_required',
      {},
      { message: 'Send If-Match with the ETag of the record, or * to force' },
    );
  return ifVersion === '*' ? undefined : ifVersion;
}

function parametersOf({ query }: EndpointRequest): URLSearchParams {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

function idOf({ params }: EndpointRequest): string {
  return params['id'] ?? '';
}

/** An answer that is JSON already, most of it as PostgreSQL wrote it. */
function json(body: string): EndpointResponse {
  return { status: 200, body };
}

function withTag(status: number, record: PresentedRecord): EndpointResponse {
  return { status, headers: { ETag: `"${String(record['version'])}"` }, body: record };
}

function only(records: readonly PresentedRecord[]): PresentedRecord {
  const [record] = records;
  if (record === undefined) throw new Error('a write answered without its record');
  return record;
}
