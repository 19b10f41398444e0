import { NotFoundError, Type } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import { viewEnvOf } from '../http/view-env.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Form } from './form.js';
import { FormIntake } from './form-intake.js';
import type { SentForm } from './read-answers.js';
import { publicFormView, type PublicState } from './public-form.view.js';

const common = { module: 'core', surface: 'page', access: 'public', caller: 'nobody', idempotency: 'ignored' } as const;
const slugParams = { slug: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{1,60}$' }) };
const tokenParams = { token: Type.String({ pattern: '^[\\w-]{20,100}$' }) };
const anyForm = { kind: 'form', schema: Type.Record(Type.String(), Type.Unknown()) } as const;
const maxBytes = 65_536;

/** The pages of web forms, for anybody: a form, what becomes of it, and the link that confirms it. */
export function publicFormPages(workspace: Workspace): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'GET',
      path: '/f/:slug',
      input: { params: slugParams, query: 'any' },
      handle: async (request) => show(workspace, request, await liveForm(workspace, request)),
    },
    {
      ...common,
      method: 'POST',
      path: '/f/:slug',
      input: { params: slugParams, query: 'any', body: anyForm, maxBytes },
      handle: async (request) => take(workspace, request, await liveForm(workspace, request)),
    },
    {
      ...common,
      method: 'GET',
      path: '/f/confirmation/:token',
      input: { params: tokenParams },
      handle: async (request) => showConfirmation(workspace, request, 'confirm'),
    },
    {
      ...common,
      method: 'POST',
      path: '/f/confirmation/:token',
      input: { params: tokenParams, body: anyForm, maxBytes },
      handle: (request) => confirm(workspace, request),
    },
  ];
}

/** A form that is not live looks like one that does not exist. */
async function liveForm({ container }: Workspace, { params }: EndpointRequest): Promise<Form> {
  const form = await container.resolve(FormIntake).find(params['slug'] ?? '');
  if (form === undefined) throw new NotFoundError('not_found');
  return form;
}

function show(workspace: Workspace, request: EndpointRequest, form: Form): EndpointResponse {
  const sent = request.url.searchParams.get('sent');
  const kind = sent === 'confirm' ? 'confirm' : sent === null ? 'form' : 'thanks';
  const { searchParams } = request.url;
  return render(workspace, request, {
    form,
    state: { kind, sent: Object.fromEntries(searchParams), referrer: request.header('Referer'), problems: [] },
  });
}

async function take(workspace: Workspace, request: EndpointRequest, form: Form): Promise<EndpointResponse> {
  const sent = (request.body ?? {}) as SentForm;
  const origin = request.header('Origin');
  const taken = await workspace.container.resolve(FormIntake).take({
    ...{ form, sent, origin },
    isOwn: ownOrigins(workspace, request).includes(origin),
    referrer: request.header('Referer'),
    ip: request.ip,
    locale: request.identity.locale,
  });
  if (taken.kind === 'refused') {
    const state = { kind: 'form', sent, referrer: '', problems: taken.problems } as const;
    return render(workspace, request, { form, state }, 422);
  }
  const { redirectUrl } = form.content;
  const next = taken.needsConfirmation ? `/f/${form.slug}?sent=confirm` : (redirectUrl ?? `/f/${form.slug}?sent=1`);
  return { status: 303, headers: { Location: next, ...policy(form) }, body: null };
}

function ownOrigins({ info }: Workspace, request: EndpointRequest): readonly string[] {
  const host = request.header('Host');
  return [new URL(info().publicUrl).origin, `http://${host}`, `https://${host}`];
}

async function confirm(workspace: Workspace, request: EndpointRequest): Promise<EndpointResponse> {
  const isConfirmed = await workspace.container.resolve(FormIntake).confirm(request.params['token'] ?? '');
  return showConfirmation(workspace, request, isConfirmed ? 'confirmed' : 'ended');
}

/** A link in a mail only shows a button: programs that look into mails follow links. */
function showConfirmation(
  workspace: Workspace,
  request: EndpointRequest,
  kind: 'confirm' | 'confirmed' | 'ended',
): EndpointResponse {
  const env = envOf(workspace, request);
  const context = {
    kind,
    action: `/f/confirmation/${request.params['token'] ?? ''}`,
    workspaceName: workspace.info().name,
    title: request.generation.views.translate(env, 'core', `forms.confirmation.${kind}`),
  };
  const body = request.generation.views.render('core:forms/confirmation', context, env).toHTML();
  return { status: kind === 'ended' ? 404 : 200, headers: policy(null), body: doctype + body };
}

interface Rendering {
  readonly form: Form;
  readonly state: PublicState;
}

function render(
  workspace: Workspace,
  request: EndpointRequest,
  { form, state }: Rendering,
  status = 200,
): EndpointResponse {
  const env = envOf(workspace, request);
  const context = publicFormView({ workspace, views: request.generation.views, env }, form, state);
  const body = request.generation.views.render('core:forms/public', context, env).toHTML();
  return { status, headers: policy(form), body: doctype + body };
}

const doctype = '<!doctype html>\n';

function envOf(workspace: Workspace, { identity, url }: EndpointRequest) {
  return viewEnvOf(workspace, { identity, csrfToken: '', theme: undefined, url: url.pathname });
}

/** Nothing runs, nothing is loaded but our style; only the sites the form names may frame it. */
function policy(form: Form | null): Readonly<Record<string, string>> {
  const { redirectUrl = null, origins = [] } = form?.content ?? {};
  // Browsers hold a redirect after a form against its policy too.
  const targets = redirectUrl === null ? "'self'" : `'self' ${new URL(redirectUrl).origin}`;
  const frames = origins.length === 0 ? "'none'" : ["'self'", ...origins].join(' ');
  const parts = ["default-src 'none'", "style-src 'self'", "font-src 'self'", "img-src 'self'", "base-uri 'none'"];
  return {
    'Content-Security-Policy': [...parts, `form-action ${targets}`, `frame-ancestors ${frames}`].join('; '),
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
  };
}
