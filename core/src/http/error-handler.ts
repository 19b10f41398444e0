import { isTrellisError, TrellisError } from '@trellis-crm/sdk';
import type { Workspace } from '../workspace/workspace.js';
import { translateDatabaseError } from './database-translation.js';
import { errorText, renderErrorPage } from './error-page.js';
import { allowHeader, MethodNotAllowedError } from './method-not-allowed-error.js';
import { presentProblem, problemType } from './problem.js';
import { isApi, isPartial, type Exchange } from './request-state.js';

/** The only place that turns an error into an answer: a problem document for the API and htmx, a page for people. */
export function handleErrors(workspace: Workspace): (ctx: Exchange, error: unknown) => void {
  return (ctx, error) => {
    const shown = toPublicError(error);
    report(workspace, ctx, shown, error);
    answer(workspace, ctx, shown);
  };
}

/** What an error means to a client: its own meaning, that of a database fault, or an internal error that says nothing. */
export function toPublicError(error: unknown): TrellisError {
  if (isTrellisError(error) && error.status > 0) return error;
  return translateDatabaseError(error) ?? new InternalError(error);
}

/** 500: a bug. Its text stays in the log. */
class InternalError extends TrellisError {
  readonly kind = 'internal';
  readonly status = 500;

  constructor(cause: unknown) {
    super('internal_error', {}, { message: 'Something went wrong on our side.', cause });
  }
}

function report(workspace: Workspace, ctx: Exchange, shown: TrellisError, error: unknown): void {
  if (shown.status < 500) return;
  const { requestId, endpoint } = ctx.state;
  const fields = { requestId, route: endpoint?.path ?? null, module: endpoint?.module ?? 'core', code: shown.code };
  // A lost database or overload is a state of the surroundings: one line, no stack. Anything else is a bug.
  if (shown.status === 503) workspace.log.warn({ ...fields, reason: reasonOf(error) }, 'request refused');
  else workspace.log.error({ ...fields, err: error }, 'request failed');
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function answer(workspace: Workspace, ctx: Exchange, error: TrellisError): void {
  dropBodyHeaders(ctx);
  ctx.status = error.status;
  ctx.set('Cache-Control', 'no-store');
  setErrorHeaders(ctx, error);
  if (!isApi(ctx) && error.status === 401) sendToLogin(ctx);
  else if (isApi(ctx) || !wantsPage(ctx, error)) sendProblem(workspace, ctx, error);
  else sendPage(workspace, ctx, error);
}

function sendPage(workspace: Workspace, ctx: Exchange, error: TrellisError): void {
  ctx.vary('HX-Request');
  ctx.set('Content-Type', 'text/html; charset=utf-8');
  ctx.body = renderErrorPage(workspace, ctx, error);
}

/** Who follows a link gets a page also when htmx fetches it; a part of a page, or a fault of ours, becomes a message. */
function wantsPage(ctx: Exchange, error: TrellisError): boolean {
  return ctx.get('HX-Request') !== 'true' || (!isPartial(ctx) && error.status < 500);
}

/** Headers of an answer that was begun and will not be given. */
function dropBodyHeaders(ctx: Exchange): void {
  for (const name of ['ETag', 'Location', 'Content-Encoding', 'Content-Length', 'Content-Disposition', 'Set-Cookie'])
    ctx.remove(name);
}

function setErrorHeaders(ctx: Exchange, error: TrellisError): void {
  const seconds = error.details['retryAfterSeconds'];
  if (typeof seconds === 'number') ctx.set('Retry-After', String(Math.ceil(seconds)));
  if (error instanceof MethodNotAllowedError) ctx.set('Allow', allowHeader(error.allowed));
  if (error.status === 401 && isApi(ctx)) ctx.set('WWW-Authenticate', 'Bearer');
}

function sendToLogin(ctx: Exchange): void {
  const back = ctx.method === 'GET' && ctx.get('HX-Request') !== 'true' ? `?next=${encodeURIComponent(ctx.url)}` : '';
  if (ctx.get('HX-Request') === 'true') {
    ctx.status = 401;
    ctx.set('HX-Redirect', '/login');
    ctx.body = '';
    return;
  }
  ctx.status = 303;
  ctx.set('Location', `/login${back}`);
  ctx.body = '';
}

/** htmx shows 5xx as a toast; a 4xx that is not a form's own 422 must not be swapped into the page either. */
function sendProblem(workspace: Workspace, ctx: Exchange, error: TrellisError): void {
  if (!isApi(ctx)) {
    ctx.set('HX-Reswap', 'none');
    const text = error.status < 500 ? errorText(workspace, ctx, error) : null;
    if (text !== null) ctx.set('X-Problem-Text', encodeURIComponent(text));
  }
  ctx.body = presentProblem(error, ctx.state.requestId);
  ctx.set('Content-Type', problemType);
}
