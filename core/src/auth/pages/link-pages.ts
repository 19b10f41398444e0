import { NotFoundError, Type, ValidationError } from '@trellis-crm/sdk';
import { leaveTo, showCentered } from '../../http/centered-page.js';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import type { Workspace } from '../../workspace/workspace.js';
import { findLink, type LinkKind } from '../access-links.js';
import { findAccount } from '../credentials.js';
import { deviceOf } from '../endpoints/session-endpoints.js';
import { LinkUse } from '../link-use.js';
import { passwordProblemText } from '../password-problem.js';
import { minPasswordLength } from '../password-rules.js';
import { beginCookie } from '../session-cookie.js';

/** The pages behind an invitation and a password reset: choose a password, once. */
export function linkPages(workspace: Workspace): readonly Endpoint[] {
  return (['invitation', 'reset'] as const).flatMap((kind) => pagesOf(workspace, kind));
}

function pagesOf(workspace: Workspace, kind: LinkKind): readonly Endpoint[] {
  const common = { module: 'core', surface: 'page', access: 'public', path: `/${kind}/:token` } as const;
  const params = { token: Type.String({ pattern: '^[\\w-]{1,100}$' }) };
  return [
    { ...common, method: 'GET', input: { params }, handle: (request) => showForm(workspace, request, kind) },
    {
      ...common,
      method: 'POST',
      idempotency: 'ignored',
      input: { params, body: { kind: 'form', schema: PasswordForm } },
      handle: (request) => choosePassword(workspace, request, kind),
    },
  ];
}

const PasswordForm = Type.Object({ password: Type.String({ maxLength: 1000 }) });

async function showForm(
  workspace: Workspace,
  request: EndpointRequest,
  kind: LinkKind,
  error: string | null = null,
): Promise<EndpointResponse> {
  const { database, clock } = workspace;
  const userId = await findLink(database.knex, kind, tokenOf(request), clock.now());
  const account = userId === null ? null : await findAccount(database.knex, userId);
  if (account === null) {
    return showCentered(workspace, request, {
      title: 'auth.link.ended',
      template: 'auth/link-ended',
      context: { kind },
      status: 404,
    });
  }
  const context = {
    kind,
    action: `/${kind}/${tokenOf(request)}`,
    name: account.name,
    email: account.email ?? '',
    companyName: workspace.info().name,
    minLength: minPasswordLength,
    error: error === null ? null : passwordProblemText(workspace, request, error),
  };
  const status = error === null ? 200 : 422;
  return showCentered(workspace, request, { title: `auth.${kind}.title`, template: 'auth/password', context, status });
}

/** An accepted invitation signs in; a reset does not: whoever holds the link must still know the address. */
async function choosePassword(
  workspace: Workspace,
  request: EndpointRequest,
  kind: LinkKind,
): Promise<EndpointResponse> {
  const { password } = request.body as { readonly password: string };
  const links = workspace.container.resolve(LinkUse);
  const use = {
    token: tokenOf(request),
    password,
    device: deviceOf(request),
    generation: request.generation,
    signal: request.signal,
  };
  try {
    if (kind === 'invitation') return leaveTo(request, '/', [beginCookie(await links.acceptInvitation(use))]);
    await links.resetPassword(use);
    return leaveTo(request, '/login');
  } catch (error) {
    return showForm(workspace, request, kind, formError(error));
  }
}

/** What the form says itself; null when the link ended meanwhile, which the form finds out too. */
function formError(error: unknown): string | null {
  if (error instanceof NotFoundError) return null;
  if (error instanceof ValidationError) return error.errors[0]?.code ?? error.code;
  throw error;
}

function tokenOf(request: EndpointRequest): string {
  return request.params['token'] ?? '';
}
