import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { PageCall } from '../page-call.js';
import { pageEndpoint, showPage, type PageAnswer } from '../page-endpoint.js';
import { installPlugin, receivePlugin } from './plugin-install.js';
import { switchPlugin, confirmPlan, showPlan } from './plugin-switch.js';
import { showPlugin, savePluginSettings } from './plugin-page.js';
import { pluginCard } from './plugin-view.js';
import type { PluginPageDeps } from './plugin-page-deps.js';

/** The plugins of the workspace: see, switch on and off, install, set up, remove. */
export function pluginPages(deps: PluginPageDeps): readonly Endpoint[] {
  const access = 'core.plugin:administer';
  const byId = { params: { id: Type.String({ pattern: '^[a-z][a-z0-9-]{2,30}$' }) } };
  const { lifecycle } = deps;
  return [
    pageEndpoint(deps, 'GET /plugins', { access, handle: (call) => showPlugins(call, deps) }),
    pageEndpoint(deps, 'POST /plugins', { access, handle: (call) => installPlugin(call, lifecycle()) }),
    receivePlugin(deps),
    pageEndpoint(deps, 'GET /plugins/:id', { access, ...byId, handle: (call) => showPlugin(call, lifecycle()) }),
    pageEndpoint(deps, 'POST /plugins/:id/settings', {
      access,
      ...byId,
      handle: (call) => savePluginSettings(call, lifecycle()),
    }),
    pageEndpoint(deps, 'POST /plugins/:id/activation', {
      access,
      ...byId,
      handle: (call) => switchPlugin(call, lifecycle()),
    }),
    pageEndpoint(deps, 'GET /plugins/:id/plan', { access, ...byId, handle: (call) => showPlan(call, lifecycle()) }),
    pageEndpoint(deps, 'POST /plugins/:id/plan', { access, ...byId, handle: (call) => confirmPlan(call, lifecycle()) }),
  ];
}

async function showPlugins(call: PageCall, { lifecycle }: PluginPageDeps): Promise<PageAnswer> {
  const { t, render, request } = call;
  const plugins = await lifecycle().list();
  const shown = plugins.filter(({ state }) => state !== 'archived').map((plugin) => pluginCard(call, plugin));
  const removed = plugins.filter(({ state }) => state === 'archived').map((plugin) => pluginCard(call, plugin));
  const title = t('plugins.title');
  const deadLettersHref = request.identity.reach('core.event:administer') === null ? undefined : '/dead-letters';
  const blocks = [
    { name: 'header', column: 'header' as const, html: render('core:plugins/head', { title, deadLettersHref }) },
    {
      name: 'plugins',
      html: render('core:plugins/cards', { plugins: shown, removed, needsRestart: lifecycle().needsRestart() }),
    },
    { name: 'install', html: render('core:plugins/install', {}) },
  ];
  return showPage({ title, breadcrumbs: [{ label: title }], blocks });
}
