import { Type, type Access, type TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointResponse } from '../http/endpoint.js';
import { UnreadCounts } from '../notifications/index.js';
import type { PageModel } from '../views/page-model.js';
import type { SafeHtml } from '../views/safe-html.js';
import type { ViewEnv } from '../views/view-env.js';
import { flashCookie, readFlash, spentFlash, type Flash } from './flash.js';
import { createPageCall, type PageCall, type PageDeps } from './page-call.js';
import { pageShell } from './page-shell.js';

/** What a page handler answers: a page, a bare part of one for htmx, or where to go next. */
export type PageAnswer =
  | { readonly kind: 'page'; readonly page: PageModel; readonly status?: number }
  | { readonly kind: 'part'; readonly html: SafeHtml; readonly status?: number }
  | { readonly kind: 'elsewhere'; readonly to: string; readonly flash?: Flash; readonly cookies?: Cookies };

type Cookies = NonNullable<EndpointResponse['cookies']>;

/** One page or form target of core. */
export interface PageRoute {
  readonly access: Access;
  readonly params?: Readonly<Record<string, TSchema>>;
  /** Module the time is booked on; `core` unless told. */
  readonly module?: string;
  /** `answer` when all it writes are records; `once` unless told. */
  readonly idempotency?: 'answer' | 'once';
  /** Files that its form may bring; none unless told. */
  readonly maxFiles?: number;
  handle(call: PageCall): Promise<PageAnswer>;
}

/** Makes the endpoint of `GET /…` or `POST /…`; a POST takes any form, which its handler reads field by field. */
export function pageEndpoint(deps: PageDeps, key: `${'GET' | 'POST'} /${string}`, route: PageRoute): Endpoint {
  const [method, path = ''] = key.split(' ');
  const { access, params, module = 'core', idempotency = 'once', maxFiles } = route;
  const body = maxFiles === undefined ? anyForm : { ...anyForm, maxFiles };
  return {
    method: method === 'POST' ? 'POST' : 'GET',
    path,
    module,
    access,
    surface: 'page',
    idempotency,
    input: { query: 'any', ...(params && { params }), ...(method === 'POST' && { body }) },
    async handle(request) {
      const call = createPageCall(deps, request);
      return respond(call, await route.handle(call));
    },
  };
}

/** A page in the shell. */
export function showPage(page: Omit<PageModel, 'layout'>, status?: number): PageAnswer {
  return { kind: 'page', page: { ...page, layout: 'app' }, ...(status === undefined ? {} : { status }) };
}

/** Only this markup, for the element htmx asked it for. */
export function showPart(html: SafeHtml, status?: number): PageAnswer {
  return { kind: 'part', html, ...(status === undefined ? {} : { status }) };
}

/** 303 to a path of this site, with what to say there and what the browser is to keep. */
export function goTo(to: string, flash?: Flash, cookies: Cookies = []): PageAnswer {
  return { kind: 'elsewhere', to, cookies, ...(flash && { flash }) };
}

/** Turns an answer into a response. A waiting message is shown by the first page or part that can. */
export async function respond(call: PageCall, answer: PageAnswer): Promise<EndpointResponse> {
  if (answer.kind === 'elsewhere') return seeOther(answer);
  const { request, env } = call;
  if (answer.kind === 'part') return html(answer.status ?? 200, answer.html);
  const flash = readFlash(request);
  const { views } = request.generation;
  const page = flash === null ? answer.page : { ...answer.page, toast: views.render('ui-toast', flash, env) };
  const body = request.isPartial
    ? views.fragment(page, env)
    : views.page(page, await envWithInbox(call), pageShell(call));
  return { ...html(answer.status ?? 200, body), ...(flash && { cookies: [spentFlash] }) };
}

/** Asked of memory, on every page. */
async function envWithInbox({ env, request, workspace }: PageCall): Promise<ViewEnv> {
  const { userId } = request.identity;
  if (env.user === undefined || userId === null) return env;
  const counted = workspace.container.resolve(UnreadCounts).of(userId);
  return { ...env, user: { ...env.user, unread: typeof counted === 'number' ? counted : await counted } };
}

const anyForm = { kind: 'form', schema: Type.Record(Type.String(), Type.Unknown()) } as const;

function html(status: number, body: SafeHtml): EndpointResponse {
  return { status, body: body.toString() };
}

function seeOther({ to, flash, cookies = [] }: Extract<PageAnswer, { kind: 'elsewhere' }>): EndpointResponse {
  const set = flash === undefined ? cookies : [...cookies, flashCookie(flash)];
  return { status: 303, headers: { Location: to }, body: null, ...(set.length > 0 && { cookies: set }) };
}
