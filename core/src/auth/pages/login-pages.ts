import { AuthenticationError, isTrellisError, RateLimitError, Type } from '@trellis-crm/sdk';
import { sessionCookie } from '../../http/caller.js';
import { leaveTo, showCentered } from '../../http/centered-page.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import type { Workspace } from '../../workspace/workspace.js';
import { Authenticator } from '../authenticator.js';
import { deviceOf } from '../endpoints/session-endpoints.js';
import { localPath } from '../local-path.js';
import { beginCookie, endCookie } from '../session-cookie.js';
import { endSession } from '../session-store.js';
import { SignIn } from '../sign-in.js';

/** The sign-in page, its form, and signing out. */
export function loginPages(workspace: Workspace): readonly Endpoint[] {
  const common = { module: 'core', surface: 'page', access: 'public' } as const;
  return [
    {
      ...common,
      method: 'GET',
      path: '/login',
      input: { query: 'any' },
      handle: async (request) => showLogin(workspace, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/login',
      idempotency: 'ignored',
      input: { body: { kind: 'form', schema: LoginForm } },
      handle: (request) => signIn(workspace, request),
    },
    {
      ...common,
      method: 'POST',
      path: '/logout',
      idempotency: 'ignored',
      handle: (request) => signOut(workspace, request),
    },
  ];
}

const LoginForm = Type.Object({
  email: Type.String({ maxLength: 254 }),
  password: Type.String({ maxLength: 1000 }),
  next: Type.Optional(Type.String({ maxLength: 2000 })),
});

interface LoginFields {
  readonly email: string;
  readonly password: string;
  readonly next?: string;
}

function showLogin(workspace: Workspace, request: EndpointRequest): EndpointResponse {
  const { next } = request.query;
  const target = localPath(typeof next === 'string' ? next : undefined);
  if (request.session !== null) return leaveTo(request, target);
  return loginPage(workspace, request, { email: '', next: target, error: null });
}

async function signIn(workspace: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  const { email, password, next } = request.body as LoginFields;
  const target = localPath(next);
  const service = workspace.container.resolve(SignIn);
  try {
    const previousToken = request.cookie(sessionCookie);
    const { token } = await service.signIn({ email, password, device: deviceOf(request), previousToken });
    return leaveTo(request, target, [beginCookie(token)]);
  } catch (error) {
    const key = errorKey(error);
    if (key === null) throw error;
    return loginPage(workspace, request, { email, next: target, error: key }, 422);
  }
}

/** What the form says itself; anything else is not the person's doing. */
function errorKey(error: unknown): string | null {
  if (!isTrellisError(error)) return null;
  if (error instanceof AuthenticationError) return 'auth.login.wrong';
  return error instanceof RateLimitError ? 'auth.login.tooMany' : null;
}

function loginPage(
  workspace: Workspace,
  request: EndpointRequest,
  form: { readonly email: string; readonly next: string; readonly error: string | null },
  status = 200,
): EndpointResponse {
  const context = { ...form, companyName: workspace.info().name };
  return showCentered(workspace, request, { title: 'auth.login.title', template: 'auth/login', context, status });
}

async function signOut({ container, database }: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  const { session } = request;
  if (session !== null) await endSession(database.knex, session.userId, session.id);
  container.resolve(Authenticator).refresh();
  return leaveTo(request, '/login', [endCookie]);
}
