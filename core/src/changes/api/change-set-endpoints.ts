import { Readable } from 'node:stream';
import { Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import { AsShown, plainReasons, type ReasonTexts } from '../../http/reason-texts.js';
import type { ChangeSets } from '../change-sets.js';
import { ChangeSetJson, ChangeSetWithProblems, presentChangeSet, presentProblems } from './present-change-set.js';
import { problemLines } from './problem-lines.js';

/** `/api/v1/change-sets`: what was changed together, how far that is, and taking it back. */
export function changeSetEndpoints(
  changeSets: () => ChangeSets,
  textsOf: (request: EndpointRequest) => ReasonTexts,
): readonly Endpoint[] {
  return [
    listEndpoint(changeSets),
    showEndpoint(changeSets),
    problemsEndpoint(changeSets, textsOf),
    undoEndpoint(changeSets),
    cancelEndpoint(changeSets),
  ];
}

const tag = 'change-sets';
const signedIn = { module: 'core', surface: 'api', access: 'signed-in' } as const;
const one = { params: { id: Uuid } };
const OneChangeSet = Type.Object({ data: ChangeSetJson });

function listEndpoint(changeSets: () => ChangeSets): Endpoint {
  const answers = { 200: Type.Object({ data: Type.Array(ChangeSetJson) }) };
  return {
    ...signedIn,
    method: 'GET',
    path: '/api/v1/change-sets',
    description: { operationId: 'listChangeSets', summary: 'Change sets, newest first', tag, answers },
    handle: async ({ identity }) => {
      const sets = await changeSets().list(identity);
      return { status: 200, body: { data: sets.map(presentChangeSet) } };
    },
  };
}

function showEndpoint(changeSets: () => ChangeSets): Endpoint {
  const answers = { 200: ChangeSetWithProblems };
  return {
    ...signedIn,
    method: 'GET',
    path: '/api/v1/change-sets/:id',
    input: one,
    description: { operationId: 'getChangeSet', summary: 'Progress and outcome of a change set', tag, answers },
    handle: (request) => show(changeSets(), request),
  };
}

function problemsEndpoint(changeSets: () => ChangeSets, textsOf: (request: EndpointRequest) => ReasonTexts): Endpoint {
  const summary = 'Records that were left as they are, with the reason, as CSV';
  return {
    ...signedIn,
    method: 'GET',
    path: '/api/v1/change-sets/:id/skipped.csv',
    input: { ...one, query: AsShown },
    description: { operationId: 'getSkippedRecords', summary, tag, answers: { 200: null } },
    handle: async (request) => {
      const { params, identity, query } = request;
      const set = await changeSets().get(params['id'] ?? '', identity);
      const texts = query['labels'] === 'true' ? textsOf(request) : plainReasons;
      const headers = {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': `attachment; filename="skipped-${set.id}.csv"`,
      };
      return { status: 200, headers, body: Readable.from(problemLines(changeSets(), set, texts)) };
    },
  };
}

function undoEndpoint(changeSets: () => ChangeSets): Endpoint {
  const summary = 'Take a change set back, except for what others changed since';
  return {
    ...signedIn,
    method: 'POST',
    path: '/api/v1/change-sets/:id/undo',
    input: one,
    description: { operationId: 'undoChangeSet', summary, tag, answers: { 202: OneChangeSet } },
    handle: async ({ params, identity }) => accepted(await changeSets().undo(params['id'] ?? '', identity)),
  };
}

function cancelEndpoint(changeSets: () => ChangeSets): Endpoint {
  const summary = 'Stop a change set that is under way; what is done stays';
  return {
    ...signedIn,
    method: 'POST',
    path: '/api/v1/change-sets/:id/cancellation',
    input: one,
    description: { operationId: 'cancelChangeSet', summary, tag, answers: { 202: OneChangeSet } },
    handle: async ({ params, identity }) => accepted(await changeSets().cancel(params['id'] ?? '', identity)),
  };
}

/** The answer to what a job does from now on. */
export function accepted(set: Parameters<typeof presentChangeSet>[0]): EndpointResponse {
  return {
    status: 202,
    headers: { Location: `/api/v1/change-sets/${set.id}` },
    body: { data: presentChangeSet(set) },
  };
}

const problemsShown = 100;

async function show(changeSets: ChangeSets, { params, identity }: EndpointRequest): Promise<EndpointResponse> {
  const set = await changeSets.get(params['id'] ?? '', identity);
  const problems = presentProblems(await changeSets.problems(set, { behind: '0', limit: problemsShown }));
  return { status: 200, body: { data: { ...presentChangeSet(set), problems } } };
}
