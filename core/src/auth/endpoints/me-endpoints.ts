import { NotFoundError, Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { Workspace } from '../../workspace/workspace.js';
import { AttemptLimiter } from '../attempt-limiter.js';
import { Authenticator } from '../authenticator.js';
import { findAccount } from '../credentials.js';
import { changeOwnPassword, requireSession, requireUser } from '../own-access.js';
import { Passwords } from '../passwords.js';
import { endSession, listSessions } from '../session-store.js';
import { presentAccount } from './session-endpoints.js';

/** Who am I, where am I signed in, and my password. */
export function meEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [whoAmI(workspace), listOwnSessions(workspace), endOwnSession(workspace), changePassword(workspace)];
}

const common = { module: 'core', surface: 'api', access: 'signed-in' } as const;

function whoAmI({ database }: Workspace): Endpoint {
  return {
    ...common,
    method: 'GET',
    path: '/api/v1/me',
    description: describe('getMe', 'The user who asks, with their rights', 200, {}),
    async handle({ generation, identity, session }) {
      const account = await findAccount(database.knex, requireUser(identity.userId));
      if (account === null) throw new NotFoundError('user_not_found');
      const reaches = [...generation.permissions.keys()].map((key) => [key, identity.reach(key)] as const);
      const { locale, timeZone, teamId: team, scopes } = identity;
      const permissions = Object.fromEntries(reaches.filter(([, reach]) => reach !== null));
      const csrf = session === null ? {} : { csrfToken: session.csrfToken };
      return {
        status: 200,
        body: { ...presentAccount(account), locale, timeZone, team, scopes, permissions, ...csrf },
      };
    },
  };
}

function listOwnSessions({ database, clock }: Workspace): Endpoint {
  return {
    ...common,
    method: 'GET',
    path: '/api/v1/me/sessions',
    description: describe('listMySessions', 'Browsers I am signed in with', 200, {}),
    async handle({ identity, session }) {
      const sessions = await listSessions(database.knex, requireUser(identity.userId), clock.now());
      const data = sessions.map((entry) => ({ ...entry, isCurrent: entry.id === session?.id }));
      return { status: 200, body: { data } };
    },
  };
}

function endOwnSession({ container, database, log }: Workspace): Endpoint {
  return {
    ...common,
    method: 'DELETE',
    path: '/api/v1/me/sessions/:id',
    input: { params: { id: Uuid } },
    description: describe('endMySession', 'Sign a browser out', 204, null),
    async handle({ params: { id = '' }, identity }) {
      const userId = requireUser(identity.userId);
      if (!(await endSession(database.knex, userId, id))) throw new NotFoundError('session_not_found');
      container.resolve(Authenticator).refresh();
      log.info({ userId, sessionId: id }, 'session ended');
      return { status: 204, body: null };
    },
  };
}

function changePassword(workspace: Workspace): Endpoint {
  return {
    ...common,
    method: 'POST',
    path: '/api/v1/me/password',
    input: { body: { kind: 'json', schema: PasswordBody } },
    description: {
      ...describe('changeMyPassword', 'Change my password; other sessions end', 204, null),
      failures: [429],
    },
    async handle(request: EndpointRequest) {
      const session = requireSession(request.session);
      const { container, database, clock, log } = workspace;
      const parts = {
        database,
        clock,
        log,
        passwords: container.resolve(Passwords),
        limiter: container.resolve(AttemptLimiter),
      };
      const { oldPassword, newPassword } = request.body as { oldPassword: string; newPassword: string };
      await changeOwnPassword(parts, { session, oldPassword, newPassword, ip: request.ip, by: request.identity });
      container.resolve(Authenticator).refresh();
      return { status: 204, body: null };
    },
  };
}

const PasswordBody = Type.Object(
  { oldPassword: Type.String({ minLength: 1, maxLength: 1000 }), newPassword: Type.String({ maxLength: 1000 }) },
  { additionalProperties: false },
);

function describe(operationId: string, summary: string, status: number, answer: object | null) {
  return { operationId, summary, tag: 'access', answers: { [status]: answer } };
}
