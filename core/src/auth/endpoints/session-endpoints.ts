import { Type } from '@trellis-crm/sdk';
import { sessionCookie } from '../../http/caller.js';
import { csrfTokenOf } from '../../http/csrf.js';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { Workspace } from '../../workspace/workspace.js';
import { Authenticator } from '../authenticator.js';
import type { Account } from '../credentials.js';
import { beginCookie, endCookie } from '../session-cookie.js';
import { endSession, type Device } from '../session-store.js';
import { SignIn } from '../sign-in.js';

/** Signing in and out over the API. */
export function sessionEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'POST',
      access: 'public',
      idempotency: 'ignored',
      input: { body: { kind: 'json', schema: SignInBody } },
      description: { ...describe('signIn', 'Sign in and get a session cookie', 201, SignedInSchema), failures: [429] },
      async handle(request) {
        const { email, password } = request.body as { email: string; password: string };
        const previousToken = request.cookie(sessionCookie);
        const signIn = workspace.container.resolve(SignIn);
        const { token, account } = await signIn.signIn({ email, password, device: deviceOf(request), previousToken });
        const body = { user: presentAccount(account), csrfToken: csrfTokenOf(token) };
        return { status: 201, body, cookies: [beginCookie(token)] };
      },
    },
    {
      ...common,
      method: 'DELETE',
      access: 'signed-in',
      description: describe('signOut', 'End the session', 204, null),
      async handle({ session }) {
        if (session !== null) await endSession(workspace.database.knex, session.userId, session.id);
        workspace.container.resolve(Authenticator).refresh();
        return { status: 204, body: null, cookies: [endCookie] };
      },
    },
  ];
}

/** Where a request comes from, for the list of devices. */
export function deviceOf(request: EndpointRequest): Device {
  return { ip: request.ip, userAgent: request.header('User-Agent') };
}

/** A user as its own client sees it. */
export function presentAccount({ id, name, email, role }: Account): object {
  return { id, name, email, role };
}

const common = { path: '/api/v1/session', module: 'core', surface: 'api' } as const;

const SignInBody = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 1000 }) },
  { additionalProperties: false },
);

const SignedInSchema = Type.Object({
  user: Type.Object({ id: Type.String(), name: Type.String(), email: Type.String(), role: Type.String() }),
  csrfToken: Type.String(),
});

function describe(operationId: string, summary: string, status: number, answer: object | null) {
  return { operationId, summary, tag: 'access', answers: { [status]: answer } };
}
