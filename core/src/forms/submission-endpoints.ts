import { Readable } from 'node:stream';
import { Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Submission, SubmissionState } from './form.js';
import { formRoute } from './form-endpoints.js';
import { Submissions } from './submission-service.js';

const path = '/api/v1/forms/:id/submissions';
const defaultPage = 50;
const states = ['unconfirmed', 'received', 'written', 'failed', 'spam'] as const;
const State = Type.Union(states.map((state) => Type.Literal(state)));

/** What was sent to a form, and another try for what did not become a record. */
export function submissionEndpoints({ container }: Workspace): readonly Endpoint[] {
  const submissions = (): Submissions => container.resolve(Submissions);
  return [listEndpoint(submissions), fileEndpoint(submissions), getEndpoint(submissions), retryEndpoint(submissions)];
}

type Service = () => Submissions;

function listEndpoint(submissions: Service): Endpoint {
  return {
    ...formRoute,
    method: 'GET',
    path,
    input: { params: { id: Uuid }, query: ListQuery },
    description: describe('listFormSubmissions', 'What was sent to a form, the newest first', 200, PageSchema),
    async handle({ params: { id = '' }, query }) {
      const { state, after, limit = defaultPage } = query as ListInput;
      const search = { formId: id, ...(state && { state }), ...(after !== undefined && { after }) };
      const found = await submissions().list({ ...search, limit: Number(limit) + 1 });
      const data = found.slice(0, Number(limit));
      const next = found.length > data.length ? (data.at(-1)?.number ?? null) : null;
      return { status: 200, body: { data: data.map(present), page: { next, count: null } } };
    },
  };
}

function fileEndpoint(submissions: Service): Endpoint {
  return {
    ...formRoute,
    method: 'GET',
    path: `${path}.csv`,
    input: {
      params: { id: Uuid },
      query: Type.Object({ state: Type.Optional(State) }, { additionalProperties: false }),
    },
    description: describe('exportFormSubmissions', 'What was sent to a form, as CSV', 200, null),
    async handle({ params: { id = '' }, query }) {
      const { state } = query as Pick<ListInput, 'state'>;
      const { slug, text } = await submissions().file({ formId: id, ...(state && { state }) });
      const headers = {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="${slug}.csv"`,
      };
      return { status: 200, headers, body: Readable.from(text, { objectMode: false }) };
    },
  };
}

function getEndpoint(submissions: Service): Endpoint {
  return {
    ...formRoute,
    method: 'GET',
    path: `${path}/:submission`,
    input: { params: { id: Uuid, submission: Uuid } },
    description: describe('getFormSubmission', 'One submission', 200, SubmissionSchema),
    handle: async (request) => ({ status: 200, body: present(await submissions().get(keyOf(request))) }),
  };
}

function retryEndpoint(submissions: Service): Endpoint {
  return {
    ...formRoute,
    method: 'POST',
    path: `${path}/:submission/retry`,
    input: { params: { id: Uuid, submission: Uuid } },
    description: {
      ...describe('retryFormSubmission', 'Try again to make a record of it', 200, SubmissionSchema),
      failures: [409],
    },
    handle: async (request) => ({ status: 200, body: present(await submissions().retry(keyOf(request))) }),
  };
}

interface ListInput {
  readonly state?: SubmissionState;
  readonly after?: string;
  readonly limit?: number | string;
}

const ListQuery = Type.Object(
  {
    state: Type.Optional(State),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
  },
  { additionalProperties: false },
);

const SubmissionSchema = Type.Object({
  id: Uuid,
  state: State,
  answers: Type.Record(Type.String(), Type.Unknown()),
  source: Type.Object({
    origin: Type.String(),
    referrer: Type.String(),
    utm: Type.Record(Type.String(), Type.String()),
  }),
  reason: Type.Union([Type.Object({ code: Type.String(), message: Type.String() }), Type.Null()]),
  targetEntity: Type.Union([Type.String(), Type.Null()]),
  targetId: Type.Union([Uuid, Type.Null()]),
  createdAt: Type.String({ format: 'date-time' }),
});

const PageSchema = Type.Object({
  data: Type.Array(SubmissionSchema),
  page: Type.Object({ next: Type.Union([Type.String(), Type.Null()]), count: Type.Null() }),
});

function present({ id, state, answers, source, reason, targetEntity, targetId, createdAt }: Submission): object {
  return { id, state, answers, source, reason, targetEntity, targetId, createdAt: createdAt.toISOString() };
}

function keyOf({ params: { id = '', submission = '' } }: EndpointRequest): Pick<Submission, 'formId' | 'id'> {
  return { formId: id, id: submission };
}

function describe(operationId: string, summary: string, status: number, schema: object | null) {
  return { operationId, summary, tag: 'forms', answers: { [status]: schema } };
}
