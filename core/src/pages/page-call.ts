import type { Context } from '@trellis-crm/sdk';
import type { EndpointRequest } from '../http/endpoint.js';
import type { Theme, ViewEnv } from '../views/view-env.js';
import type { Workspace } from '../workspace/workspace.js';
import { createLabels, type Labels } from './fields/labels.js';

/** What page handlers draw on; services of other rooms come from the workspace's container. */
export interface PageDeps {
  readonly workspace: Workspace;
}

/** One request to a page: what was asked, by whom, and the means to answer in the reader's language, zone and rights. */
export interface PageCall extends PageDeps {
  readonly request: EndpointRequest;
  readonly env: ViewEnv;
  /** Core acting as the person who asks. */
  readonly ctx: Context;
  readonly labels: Labels;
  /** Text of core's catalogue, or of a module's by `<module>:<key>`. */
  t(key: string, values?: Readonly<Record<string, unknown>>): string;
}

/** Prepares a call; cheap, for nothing is read from the database here. */
export function createPageCall({ workspace }: PageDeps, request: EndpointRequest): PageCall {
  const { generation, identity, signal } = request;
  const env = viewEnv(workspace, request);
  const { views } = generation;
  return {
    workspace,
    request,
    env,
    ctx: workspace.context({ generation, module: 'core', identity, signal }),
    labels: createLabels((module, key) => (views.hasText(env, module, key) ? views.translate(env, module, key) : null)),
    t: (key, values) => views.translate(env, 'core', key, values),
  };
}

/** How this request's answer is written: language, zone, currency, theme. */
export function viewEnv(workspace: Workspace, { identity, session, url, header }: EndpointRequest): ViewEnv {
  const { baseCurrency } = workspace.info();
  return {
    locale: identity.locale,
    timeZone: identity.timeZone,
    currency: baseCurrency,
    theme: themeOf(header('cookie')),
    csrfToken: session?.csrfToken ?? '',
    url: `${url.pathname}${url.search}`,
    now: workspace.clock.now(),
    ...(identity.userId === null ? {} : { user: { id: identity.userId, name: identity.name, href: '/me' } }),
  };
}

function themeOf(cookies: string): Theme {
  const chosen = /(?:^|;\s*)theme=(light|dark)(?:;|$)/.exec(cookies)?.[1];
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}
