import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTrellisError, MalformedError } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import { readUpload } from '../../imports/api/read-upload.js';
import type { PluginLifecycle } from '../../kernel/lifecycle/index.js';
import { actorKey } from '../../kernel/plugin-identity.js';
import { textOf } from '../fields/form-reader.js';
import { formOf } from '../form/plain-form.js';
import { createPageCall, type PageCall } from '../page-call.js';
import { refusalText } from '../form/problem-text.js';
import { goTo, respond, type PageAnswer } from '../page-endpoint.js';
import type { PluginPageDeps } from './plugin-page-deps.js';

/** `POST /plugins`: installs from a folder or package file of the server. */
export function installPlugin(call: PageCall, lifecycle: PluginLifecycle): Promise<PageAnswer> {
  return install(call, lifecycle, textOf(formOf(call), 'path'));
}

/** `POST /plugins/package`: installs a package file that the browser sends. */
export function receivePlugin(deps: PluginPageDeps): Endpoint {
  return {
    method: 'POST',
    path: '/plugins/package',
    module: 'core',
    access: 'core.plugin:administer',
    surface: 'page',
    input: { body: { kind: 'stream', types: ['multipart/form-data'] } },
    async handle(request) {
      const call = createPageCall(deps, request);
      const folder = await mkdtemp(join(tmpdir(), 'trellis-plugin-'));
      try {
        const path = await keepUpload(request, folder);
        return await respond(call, await install(call, deps.lifecycle(), path));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function keepUpload(request: EndpointRequest, folder: string): Promise<string> {
  if (request.bodyStream === null) throw new MalformedError('body_missing');
  const upload = await readUpload(request.bodyStream, request.header('Content-Type'), folder);
  const path = join(folder, `${randomUUID()}.tgz`);
  await rename(upload.path, path);
  return path;
}

async function install(call: PageCall, lifecycle: PluginLifecycle, path: string): Promise<PageAnswer> {
  try {
    const { id, title } = await lifecycle.install(path, actorKey(call.request.identity));
    return goTo(`/plugins/${id}`, { text: call.t('plugins.verb.install.done', { name: title }) });
  } catch (error) {
    if (!isTrellisError(error)) throw error;
    return goTo('/plugins', { text: refusalText(call, error), tone: 'bad' });
  }
}
