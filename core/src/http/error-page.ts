import type { TrellisError } from '@trellis-crm/sdk';
import { escapeHtml } from '../views/safe-html.js';
import type { Generation } from '../kernel/generation.js';
import type { ViewEnv } from '../views/view-env.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Exchange } from './request-state.js';
import { textOfError } from './problem-texts.js';
import { viewEnvOf } from './view-env.js';

/** A page that says what happened and what to do; plain when the templates themselves are what fails. */
export function renderErrorPage(workspace: Workspace, ctx: Exchange, error: TrellisError): string {
  try {
    return renderWithTemplates(workspace, ctx, error);
  } catch (cause) {
    workspace.log.error({ err: cause, requestId: ctx.state.requestId }, 'error page failed');
    return plainPage(error, ctx.state.requestId);
  }
}

/** What a refusal says in the reader's language, in a sentence; null when that cannot be found out. */
export function errorText(workspace: Workspace, ctx: Exchange, error: TrellisError): string | null {
  try {
    const generation = workspace.generation();
    return tell(generation, envOf(workspace, ctx), error);
  } catch (cause) {
    workspace.log.error({ err: cause, requestId: ctx.state.requestId }, 'text of an error failed');
    return null;
  }
}

function renderWithTemplates(workspace: Workspace, ctx: Exchange, error: TrellisError): string {
  const generation = workspace.generation();
  const { views } = generation;
  const env = envOf(workspace, ctx);
  const context = {
    title: views.translate(env, 'core', `errors.title.${titleKey(error.status)}`),
    text: tell(generation, env, error),
    requestId: ctx.state.requestId,
    isBug: error.status >= 500,
  };
  const html = views.render('core:errors/error', context, env);
  return views.page({ title: context.title, layout: 'centered', blocks: [{ name: 'error', html }] }, env).toHTML();
}

function envOf(workspace: Workspace, ctx: Exchange): ViewEnv {
  return viewEnvOf(workspace, {
    identity: ctx.state.actor,
    csrfToken: '',
    theme: ctx.cookies.get('theme'),
    url: ctx.url,
  });
}

/** The text of the refusal itself; where its code says no more than its status, that of the status. */
function tell(generation: Generation, env: ViewEnv, error: TrellisError): string {
  const own = error.status < 500 && !plainCodes.has(error.code) ? textOfError({ generation, env }, error) : null;
  return own ?? generation.views.translate(env, 'core', `errors.text.${titleKey(error.status)}`);
}

const plainCodes: ReadonlySet<string> = new Set(['forbidden', 'not_found', 'stale_version']);

/** Key of the texts for a status; those without their own share the one of their class. */
function titleKey(status: number): string {
  if (texts.has(status)) return String(status);
  return status >= 500 ? '500' : '400';
}

const texts: ReadonlySet<number> = new Set([400, 403, 404, 409, 412, 413, 422, 429, 500, 503]);

function plainPage(error: TrellisError, requestId: string): string {
  const message = escapeHtml(error.status >= 500 ? 'Something went wrong on our side.' : error.message);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${String(error.status)}</title><h1>${message}</h1><p>${escapeHtml(requestId)}</p></html>`;
}
