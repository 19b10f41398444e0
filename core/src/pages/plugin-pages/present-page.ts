import type { PageResult, PageView } from '@trellis-crm/sdk';
import type { EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import { patchBlocks } from '../block-patches.js';
import { createPageCall, type PageCall, type PageDeps } from '../page-call.js';
import { goTo, respond, showPage, showPart } from '../page-endpoint.js';

/** Turns what a plugin's page handler returned into a response: its template in the shell, a part of it for htmx, or the way on. */
export async function presentPluginPage(deps: PageDeps, request: EndpointRequest, module: string, result: PageResult): Promise<EndpointResponse> {
  const call = createPageCall(deps, request);
  if (result.kind === 'redirect') return respond(call, goTo(localPath(result.to), result.toast === undefined ? undefined : { text: result.toast }));
  const { status = 200 } = result;
  if (request.isPartial && result.partial !== undefined) return respond(call, showPart(render(call, module, result.partial, result), status));
  const blocks = [{ name: 'page', html: render(call, module, result.template, result) }];
  const patched = await patchBlocks(call, `${module}.${result.template.replaceAll('/', '-')}`, {}, blocks);
  const breadcrumbs = [...(result.breadcrumbs ?? []), { label: result.title }];
  return respond(call, showPage({ title: result.title, breadcrumbs, blocks: patched }, status));
}

function render({ request, env }: PageCall, module: string, template: string, { context }: PageView) {
  return request.generation.views.render(`${module}:${template}`, context, env);
}

/** A plugin leads to pages of this site only. */
function localPath(to: string): string {
  return /^\/(?![/\\])/.test(to) ? to : '/';
}
