import { NotFoundError, Type, Uuid } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import type { Endpoint } from '../http/endpoint.js';
import type { JobProgress, ProgressStore } from './job-progress.js';

/** `GET /api/v1/jobs/:id`: progress of a long job, for who started it and for administrators. */
export function jobEndpoints(store: ProgressStore): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/jobs/:id',
      module: 'core',
      access: 'signed-in',
      surface: 'api',
      input: { params: { id: Uuid } },
      description: {
        operationId: 'getJob',
        summary: 'Progress of a long job',
        tag: 'jobs',
        answers: { 200: JobAnswer },
      },
      handle: async ({ params, identity }) => {
        const job = await store.get(params['id'] ?? '');
        if (!maySeeJob(identity, job)) throw new NotFoundError('job_not_found', { id: job.id });
        return { status: 200, body: { data: presentJob(job) } };
      },
    },
  ];
}

/** Whether an actor may know of a job: its own, or any for administrators of jobs. */
export function maySeeJob(identity: Identity, job: JobProgress): boolean {
  const isOwn = job.ownerId !== null && job.ownerId === identity.userId;
  return isOwn || identity.reach('core.job:administer') !== null;
}

const NullableText = Type.Union([Type.String(), Type.Null()]);
const NullableMoment = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);

const JobAnswer = Type.Object({
  data: Type.Object({
    id: Uuid,
    kind: Type.String(),
    state: Type.Union([Type.Literal('waiting'), Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
    done: Type.Integer(),
    total: Type.Union([Type.Integer(), Type.Null()]),
    message: NullableText,
    createdAt: Type.String({ format: 'date-time' }),
    startedAt: NullableMoment,
    finishedAt: NullableMoment,
  }),
});

function presentJob(job: JobProgress): object {
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    done: job.done,
    total: job.total,
    message: job.message,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}
