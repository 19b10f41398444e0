import { isTrellisError } from '@trellis-crm/sdk';
import { Authenticator, type Identity } from '../auth/index.js';
import { sessionCookie } from '../http/caller.js';
import type { EndpointRequest } from '../http/endpoint.js';
import type { Generation } from '../kernel/generation.js';
import type { Workspace } from '../workspace/workspace.js';

/**
 * Asks later whether whoever opened a stream still is who they were, with the same rights to read. Keeps the credentials only:
 * a stream holds no request. A database that is gone says nothing about anybody.
 */
export function watchCaller({ container, generation }: Workspace, request: EndpointRequest): () => Promise<boolean> {
  const authenticator = container.resolve(Authenticator);
  const bearer = /^Bearer (\S+)$/i.exec(request.header('Authorization'))?.[1] ?? null;
  const sessionToken = bearer === null ? (request.cookie(sessionCookie) ?? null) : null;
  const before = rightsOf(request.identity, request.generation);
  return async () => {
    try {
      const now = generation();
      const { identity } = await authenticator.authenticate({ bearer, sessionToken }, now);
      return rightsOf(identity, now) === before;
    } catch (error) {
      return !(isTrellisError(error) && error.status === 401);
    }
  };
}

function rightsOf({ kind, id, teamIds, subtreeTeamIds, reach }: Identity, { permissions }: Generation): string {
  const reading = [...permissions.keys()].filter((key) => key.endsWith(':read')).map((key) => [key, reach(key)]);
  return JSON.stringify([kind, id, teamIds, subtreeTeamIds, reading]);
}
