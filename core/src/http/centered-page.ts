import type { Workspace } from '../workspace/workspace.js';
import type { EndpointRequest, EndpointResponse } from './endpoint.js';
import { viewEnvOf } from './view-env.js';

/** A page outside the shell: one narrow card, for people who are not (or not yet) signed in. */
export interface CenteredPage {
  /** Catalogue key of the title. */
  readonly title: string;
  /** Template of core, `auth/login` for `core:auth/login`. */
  readonly template: string;
  readonly context: object;
  readonly status?: number;
}

/** Renders a centered page. What it holds is between one browser and the server, so htmx gets the whole page too. */
export function showCentered(workspace: Workspace, request: EndpointRequest, page: CenteredPage): EndpointResponse {
  const { views } = request.generation;
  const env = viewEnvOf(workspace, {
    identity: request.identity,
    csrfToken: request.csrfToken(),
    theme: request.cookie('theme'),
    url: request.url.pathname,
  });
  const html = views.render(`core:${page.template}`, page.context, env);
  const title = views.translate(env, 'core', page.title);
  const document = views.page({ title, layout: 'centered', blocks: [{ name: 'main', html }] }, env);
  return { status: page.status ?? 200, body: document.toHTML() };
}

/**
 * On to another page with everything around it renewed: after signing in or out the CSRF token of the surrounding document
 * is another one, so htmx must not swap the new page into it.
 */
export function leaveTo(
  request: EndpointRequest,
  path: string,
  cookies: NonNullable<EndpointResponse['cookies']> = [],
): EndpointResponse {
  if (request.header('HX-Request') === 'true')
    return { status: 200, headers: { 'HX-Redirect': path }, body: '', cookies };
  return { status: 303, headers: { Location: path }, body: null, cookies };
}
