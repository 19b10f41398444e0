import { readFile } from 'node:fs/promises';
import { MalformedError, Type, ValidationError } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import { parseJson } from '../../http/parse-json.js';
import { actorKey } from '../plugin-identity.js';
import { base, describe, idOf, ok, pluginId, root, type PluginEndpointParts } from './endpoint-kit.js';
import { PluginSchema } from './plugin-schemas.js';
import { presentPlugin } from './present-plugin.js';
import { maxPackageBytes, withReceivedPackage } from './receive-package.js';

/** Bringing packages in: a new plugin, or another version of one. */
export function packageEndpoints(parts: PluginEndpointParts): readonly Endpoint[] {
  return [installation(parts), upgrade(parts)];
}

const body = {
  kind: 'stream',
  types: ['application/json', 'application/gzip', 'application/x-gzip', 'application/octet-stream'],
} as const;

function installation(parts: PluginEndpointParts): Endpoint {
  const summary = 'Install a package: its .tgz as the body, or { "path": … } of a folder or .tgz on the server';
  return {
    ...base,
    method: 'POST',
    path: root,
    input: { body, maxBytes: maxPackageBytes },
    description: describe('installPlugin', summary, { 201: PluginSchema }),
    handle: (request) =>
      withPackage(request, parts, async (path) => {
        const installed = await parts.lifecycle().install(path, actorKey(request.identity));
        return { status: 201, headers: { location: `${root}/${installed.id}` }, body: presentPlugin(installed) };
      }),
  };
}

const UpgradeSchema = Type.Object({
  from: Type.String(),
  to: Type.String(),
  isRestartNeeded: Type.Boolean(),
  plugin: PluginSchema,
});

function upgrade(parts: PluginEndpointParts): Endpoint {
  return {
    ...base,
    method: 'PUT',
    path: `${root}/:id/version`,
    input: { params: { id: pluginId }, body, maxBytes: maxPackageBytes },
    description: describe('upgradePlugin', 'Move a plugin to the version of a package', { 200: UpgradeSchema }),
    handle: (request) =>
      withPackage(request, parts, async (path) => {
        const upgraded = await parts.lifecycle().upgrade(idOf(request), actorKey(request.identity), path);
        return ok({ ...upgraded, plugin: presentPlugin(upgraded.plugin) });
      }),
  };
}

async function withPackage(
  request: EndpointRequest,
  { dataDir }: PluginEndpointParts,
  work: (path: string) => Promise<EndpointResponse>,
): Promise<EndpointResponse> {
  const stream = request.bodyStream;
  if (stream === null) throw new MalformedError('package_missing', {}, { message: 'Send the package as the body' });
  if (!request.header('content-type').includes('json')) return withReceivedPackage(stream, dataDir, work);
  return withReceivedPackage(stream, dataDir, async (file) => work(await readPath(file)));
}

async function readPath(file: string): Promise<string> {
  const value = parseJson(await readFile(file, 'utf8'));
  const path: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'path') : undefined;
  if (typeof path === 'string' && path !== '') return path;
  throw new ValidationError(
    'not_valid',
    {},
    { errors: [{ pointer: '/path', code: 'required', message: 'must name a folder or .tgz on the server' }] },
  );
}
