import type { PageResult } from '@trellis-crm/sdk';
import { localPath } from '../../auth/local-path.js';
import type { EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import { patchBlocks } from '../block-patches.js';
import { createPageCall, type PageDeps } from '../page-call.js';
import { goTo, respond, showPage, showPart } from '../page-endpoint.js';

/** Turns what a plugin's page handler returned into a response: its template in the shell, a part of it for htmx, or the way on. */
export async function presentPluginPage(
  deps: PageDeps,
  request: EndpointRequest,
  module: string,
  result: PageResult,
): Promise<EndpointResponse> {
  const call = createPageCall(deps, request);
  // A plugin leads to pages of this site only.
  if (result.kind === 'redirect')
    return respond(call, goTo(localPath(result.to), result.toast === undefined ? undefined : { text: result.toast }));
  const { status = 200 } = result;
  if (request.isPartial && result.partial !== undefined)
    return respond(call, showPart(call.render(`${module}:${result.partial}`, result.context), status));
  const blocks = [{ name: 'page', html: call.render(`${module}:${result.template}`, result.context) }];
  const patched = await patchBlocks(call, `${module}.${result.template.replaceAll('/', '-')}`, {}, blocks);
  const breadcrumbs = [...(result.breadcrumbs ?? []), { label: result.title }];
  return respond(call, showPage({ title: result.title, breadcrumbs, blocks: patched }, status));
}
