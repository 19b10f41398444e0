import { MalformedError, Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { isId } from '../records/get-records.js';
import type { RecordRoom } from '../records/index.js';
import { recordScope, type RecordScope } from '../records/record-scope.js';
import { permissionFor } from '../records/rights.js';
import { decidePair, lastRun, listPairs, type DuplicatePair, type PairPage, type PairState } from './pair-store.js';

/** What the endpoints need of the other rooms. */
export interface PairParts {
  readonly room: Pick<RecordRoom, 'callOf' | 'world'>;
  /** Has a job look through the base. */
  search(request: EndpointRequest): Promise<void>;
}

const State = Type.Union([Type.Literal('open'), Type.Literal('later'), Type.Literal('dismissed')]);
const Paired = Type.Object(
  { id: Uuid, title: Type.Union([Type.String(), Type.Null()]) },
  { additionalProperties: false },
);
const Pair = Type.Object(
  { left: Paired, right: Paired, score: Type.Number(), reasons: Type.Array(Type.String()) },
  { additionalProperties: false },
);
const Moment = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const Pairs = Type.Object(
  {
    data: Type.Array(Pair),
    page: Type.Object({ next: Type.Union([Type.String(), Type.Null()]) }, { additionalProperties: false }),
    run: Type.Object({ isRunning: Type.Boolean(), finishedAt: Moment }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

/** `/api/v1/<path>/duplicate-pairs`: likely duplicates of the whole base, what people decide about them, and looking anew. */
export function pairEndpoints(entity: CompiledEntity, parts: PairParts): readonly Endpoint[] {
  if (entity.duplicates.length === 0) return [];
  const scopeOf = (request: EndpointRequest): RecordScope =>
    recordScope(parts.room.world, parts.room.callOf(request), entity.definition.module);
  return [listEndpoint(entity, scopeOf), decisionEndpoint(entity, scopeOf), searchEndpoint(entity, parts)];
}

const Asked = Type.Object(
  {
    state: Type.Optional(State),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    after: Type.Optional(Type.String({ maxLength: 120 })),
  },
  { additionalProperties: false },
);

type ScopeOf = (request: EndpointRequest) => RecordScope;

function listEndpoint(entity: CompiledEntity, scopeOf: ScopeOf): Endpoint {
  const { definition, path } = entity;
  return {
    method: 'GET',
    path: `/api/v1/${path}/duplicate-pairs`,
    module: definition.module,
    access: permissionFor(entity, 'update'),
    surface: 'api',
    input: { query: Asked },
    description: {
      operationId: `${definition.id}.duplicatePairs`,
      summary: `List pairs of ${definition.plural} that are likely the same`,
      tag: definition.id,
      answers: { 200: Pairs },
    },
    async handle(request) {
      const {
        state = 'open',
        limit = 50,
        after,
      } = request.query as Partial<Omit<PairPage, 'after'>> & { after?: string };
      const scope = scopeOf(request);
      const place = after === undefined ? null : readPlace(after);
      const [pairs, run] = await Promise.all([
        listPairs(scope, entity, { state, limit: limit + 1, after: place }),
        lastRun(scope, entity),
      ]);
      const data = pairs.slice(0, limit);
      const last = pairs.length > limit ? data.at(-1) : undefined;
      const finishedAt = run.finishedAt?.toISOString() ?? null;
      const page = { next: last === undefined ? null : placeOf(last) };
      return { status: 200, body: { data, page, run: { isRunning: run.isRunning, finishedAt } } };
    },
  };
}

function placeOf({ score, left, right }: DuplicatePair): string {
  return `${score}_${left.id}_${right.id}`;
}

/** @throws MalformedError `invalid_cursor` */
function readPlace(text: string): PairPage['after'] {
  const [score = '', left = '', right = ''] = text.split('_');
  if (!/^[01](\.\d+)?$/.test(score) || !isId(left) || !isId(right)) throw new MalformedError('invalid_cursor');
  return { score: Number(score), left, right };
}

function decisionEndpoint(entity: CompiledEntity, scopeOf: ScopeOf): Endpoint {
  const { definition, path } = entity;
  const body = Type.Object({ state: State }, { additionalProperties: false });
  return {
    method: 'PUT',
    path: `/api/v1/${path}/duplicate-pairs/:left/:right`,
    module: definition.module,
    access: permissionFor(entity, 'update'),
    surface: 'api',
    input: { params: { left: Uuid, right: Uuid }, body: { kind: 'json', schema: body } },
    description: {
      operationId: `${definition.id}.decideDuplicatePair`,
      summary: `Say what becomes of a pair of ${definition.plural}`,
      tag: definition.id,
      body,
      answers: { 204: null },
    },
    async handle(request) {
      const { params } = request;
      const [left, right] = [params['left'] ?? '', params['right'] ?? ''].map((id) => id.toLowerCase());
      const { state } = request.body as { readonly state: PairState };
      const scope = scopeOf(request);
      await decidePair(scope, entity, { left: left ?? '', right: right ?? '', state, now: scope.clock.now() });
      return { status: 204, body: null };
    },
  };
}

function searchEndpoint(entity: CompiledEntity, { search }: PairParts): Endpoint {
  const { definition, path } = entity;
  return {
    method: 'POST',
    path: `/api/v1/${path}/duplicate-pairs/search`,
    module: definition.module,
    access: 'core.job:administer',
    surface: 'api',
    idempotency: 'once',
    description: {
      operationId: `${definition.id}.searchDuplicatePairs`,
      summary: 'Look through all records for likely duplicates, in the background',
      tag: definition.id,
      answers: { 202: null },
    },
    async handle(request) {
      await search(request);
      return { status: 202, body: null };
    },
  };
}
