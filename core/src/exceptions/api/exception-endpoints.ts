import { MalformedError, Type, Uuid, type Id } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { ReadScope } from '../../records/record-scope.js';
import {
  countExceptions,
  listExceptions,
  type ExceptionQuery,
  type ExceptionScope,
  type OpenException,
} from '../list-exceptions.js';
import type { Exceptions } from '../exceptions.js';
import { readableRules } from '../rules/readable-rules.js';
import type { Rule } from '../rules/rule.js';
import { sinceText } from '../since-text.js';

/** What the endpoints draw on. */
export interface ExceptionApi {
  exceptions(): Exceptions;
  scopeOf(request: Pick<EndpointRequest, 'generation' | 'identity' | 'requestId'>): ReadScope;
  /** Has the rules evaluated soon, by a job. */
  evaluateSoon(): Promise<void>;
}

const defaultPage = 50;
const maxPage = 200;

/** `GET /api/v1/exceptions` and `POST /api/v1/exceptions/evaluation`. */
export function exceptionEndpoints(api: ExceptionApi): readonly Endpoint[] {
  return [listEndpoint(api), evaluationEndpoint(api)];
}

function listEndpoint({ exceptions, scopeOf }: ExceptionApi): Endpoint {
  return {
    module: 'core',
    surface: 'api',
    access: 'signed-in',
    method: 'GET',
    path: '/api/v1/exceptions',
    input: { query: ListQuery },
    description: {
      operationId: 'listExceptions',
      summary: 'Open exceptions of records that one may read, the newest first',
      tag: 'exceptions',
      answers: { 200: ListAnswer },
    },
    async handle(request) {
      const { query, generation } = request;
      const limit = Number(query['limit'] ?? defaultPage);
      const inForce = (await exceptions().rules(generation)).filter(({ isOn }) => isOn);
      const rules = readableRules(scopeOf(request), inForce).map(({ id }) => id);
      const wanted = textOf(query['rule']);
      const asked: ExceptionQuery = {
        scope: (textOf(query['scope']) ?? 'all') as ExceptionScope,
        rules: wanted === null ? rules : rules.filter((id) => id === wanted),
        record: textOf(query['record']),
        after: readCursor(textOf(query['after'])),
        limit: limit + 1,
      };
      const [found, counts] = await Promise.all([
        listExceptions(scopeOf(request), asked),
        asked.after === null ? countExceptions(scopeOf(request), asked) : null,
      ]);
      const data = found.slice(0, limit);
      const last = data.at(-1);
      const next = found.length > limit && last !== undefined ? cursorOf(last) : null;
      const byId = new Map(inForce.map((rule) => [rule.id, rule]));
      const told = data.map((exception) => present(exception, generation, byId.get(exception.rule)));
      return { status: 200, body: { data: told, page: { next, count: totalOf(counts) } } };
    },
  };
}

function evaluationEndpoint({ evaluateSoon }: ExceptionApi): Endpoint {
  return {
    module: 'core',
    surface: 'api',
    access: 'core.exception:administer',
    method: 'POST',
    path: '/api/v1/exceptions/evaluation',
    description: {
      operationId: 'evaluateExceptions',
      summary: 'Evaluate all rules now instead of at the next quarter of an hour',
      tag: 'exceptions',
      answers: { 202: null },
    },
    async handle() {
      await evaluateSoon();
      return { status: 202, body: null };
    },
  };
}

const ListQuery = Type.Object(
  {
    scope: Type.Optional(Type.Union([Type.Literal('mine'), Type.Literal('team'), Type.Literal('all')])),
    rule: Type.Optional(Type.String({ maxLength: 100 })),
    record: Type.Optional(Uuid),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
    after: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const moment = Type.String({ format: 'date-time' });

const ListAnswer = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Uuid,
      rule: Type.String(),
      entity: Type.String(),
      record: Uuid,
      title: nullable(Type.String()),
      since: nullable(Type.String({ description: 'A moment; a day where the time of the rule runs from a day' })),
      raisedAt: moment,
      owner: nullable(Uuid),
      ownerName: nullable(Type.String()),
    }),
  ),
  page: Type.Object({
    next: nullable(Type.String()),
    count: nullable(Type.Integer({ description: 'All that are open; null beyond the first page' })),
  }),
});

function present(exception: OpenException, generation: Generation, rule: Rule | undefined): object {
  const { since, raisedAt } = exception;
  return {
    ...exception,
    since: since === null ? null : sinceText(generation, rule, since),
    raisedAt: raisedAt.toISOString(),
  };
}

function totalOf(counts: ReadonlyMap<string, number> | null): number | null {
  return counts === null ? null : [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function cursorOf({ raisedAt, id }: OpenException): string {
  return `${raisedAt.getTime()}.${id}`;
}

function readCursor(cursor: string | null): { readonly raisedAt: Date; readonly id: Id } | null {
  if (cursor === null) return null;
  const [, ms, id] = /^(\d{1,13})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (ms === undefined || id === undefined || !isUuid(id)) throw new MalformedError('malformed_cursor');
  return { raisedAt: new Date(Number(ms)), id };
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
