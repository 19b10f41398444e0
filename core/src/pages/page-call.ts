import type { Context } from '@trellis-crm/sdk';
import type { EndpointRequest } from '../http/endpoint.js';
import { viewEnvOf } from '../http/view-env.js';
import type { SafeHtml } from '../views/safe-html.js';
import type { ViewEnv } from '../views/view-env.js';
import type { CallRunner } from '../kernel/call-runner.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { Workspace } from '../workspace/workspace.js';
import { createLabels, type Labels } from './fields/labels.js';

/** What page handlers draw on; services of other rooms come from the workspace's container. */
export interface PageDeps {
  readonly workspace: Workspace;
  /** The boundary around calls into modules. */
  readonly calls: CallRunner;
}

/** One request to a page: what was asked, by whom, and the means to answer in the reader's language, zone and rights. */
export interface PageCall extends PageDeps {
  readonly request: EndpointRequest;
  readonly env: ViewEnv;
  /** Core acting as the person who asks. */
  readonly ctx: Context;
  readonly labels: Labels;
  /** Text of core's catalogue, or of a module's by `<module>:<key>`. */
  readonly t: (key: string, values?: Readonly<Record<string, unknown>>) => string;
  /** Renders a template (`core:records/form`) or partial of the kit (`ui-stats`). */
  readonly render: (template: string, context: object) => SafeHtml;
}

/** A call to a page that is derived from an entity. */
export interface EntityCall extends PageCall {
  readonly entity: CompiledEntity;
}

/** Prepares a call; cheap, for nothing is read from the database here. */
export function createPageCall({ workspace, calls }: PageDeps, request: EndpointRequest): PageCall {
  const { generation, identity, signal } = request;
  const env = viewEnvOf(workspace, {
    identity,
    csrfToken: request.csrfToken(),
    theme: request.cookie('theme'),
    shortcuts: request.cookie('shortcuts'),
    url: `${request.url.pathname}${request.url.search}`,
  });
  const { views } = generation;
  return {
    workspace,
    calls,
    request,
    env,
    ctx: workspace.context({ generation, module: 'core', identity, signal }),
    labels: createLabels(
      {
        find: (module, key) => (views.hasText(env, module, key) ? views.translate(env, module, key) : null),
        hasBelow: (module, prefix) => views.hasTextsBelow(module, prefix),
      },
      env.locale,
    ),
    t: (key, values) => views.translate(env, 'core', key, values),
    render: (template, context) => views.render(template, context, env),
  };
}
