import { Activity, isTrellisError, NotFoundError, Type, type Id } from '@trellis-crm/sdk';
import { createHash } from 'node:crypto';
import { Roles } from '../auth/index.js';
import type { Identity } from '../auth/identity.js';
import { loadUserIdentity } from '../auth/user-identity.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { calendarFile } from './calendar-file.js';
import { calendarEntries, feedOwner } from './feed-store.js';

/**
 * `GET /calendar/<secret>.ics`: for calendar programs, which cannot sign in; whoever asks counts as nobody but for the secret. With
 * `?tasks=events` tasks are events, for programs that show no to-dos.
 */
export function calendarFeed(workspace: Workspace): Endpoint {
  return {
    ...{ method: 'GET', path: '/calendar/:file', module: 'core', surface: 'page', access: 'public', caller: 'nobody' },
    input: { params: { file: Type.String({ maxLength: 200 }) }, query: 'any' },
    async handle(request) {
      const secret = /^([\w-]{43})\.ics$/.exec(request.params['file'] ?? '')?.[1];
      const userId = secret === undefined ? null : await feedOwner(workspace.database.knex, secret);
      const identity = userId === null ? null : await identityOf(workspace, request, userId);
      if (userId === null || identity === null) throw new NotFoundError('not_found');
      return answer(workspace, request, identity, userId);
    },
  };
}

/** With the rights of now; null for somebody who may not sign in any more. */
async function identityOf(workspace: Workspace, { generation }: EndpointRequest, id: Id): Promise<Identity | null> {
  const { database, container } = workspace;
  const parts = { knex: database.knex, roles: container.resolve(Roles), place: workspace.info() };
  try {
    return await loadUserIdentity(parts, generation, { id });
  } catch (error) {
    if (isTrellisError(error) && error.kind === 'not-found') return null;
    throw error;
  }
}

async function answer(
  workspace: Workspace,
  { generation, signal, query }: EndpointRequest,
  identity: Identity,
  userId: Id,
): Promise<EndpointResponse> {
  const ctx = workspace.context({ generation, module: 'core', identity, signal });
  const ids =
    identity.reach(`${Activity.id}:read`) === null
      ? []
      : await calendarEntries(workspace.database.knex, userId, ctx.clock.now());
  const found = await ctx.records(Activity).getMany(ids);
  const entries = found.filter(({ dueAt }) => typeof dueAt === 'string').toSorted(byId);
  const { name, publicUrl } = workspace.info();
  const tasksAs = query['tasks'] === 'events' ? 'events' : 'to-dos';
  const body = calendarFile({ name: `${name}: ${identity.name}`, publicUrl, entries, reader: userId, tasksAs });
  const last = entries.map(({ updatedAt }) => updatedAt).reduce((left, right) => (left > right ? left : right), '');
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Cache-Control': 'private, no-cache',
      ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
      ...(last === '' ? {} : { 'Last-Modified': new Date(last).toUTCString() }),
    },
    body,
  };
}

function byId(left: { readonly id: Id }, right: { readonly id: Id }): number {
  return left.id < right.id ? -1 : 1;
}
