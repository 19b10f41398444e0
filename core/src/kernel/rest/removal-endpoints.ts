import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import {
  base,
  describe,
  idOf,
  inTime,
  ok,
  pluginId,
  root,
  StartedSchema,
  type PluginEndpointParts,
} from './endpoint-kit.js';
import { OrphansSchema, PluginSchema } from './plugin-schemas.js';
import { presentPlugin } from './present-plugin.js';

/** Removing a plugin, putting it back, deleting it for good. */
export function removalEndpoints(parts: PluginEndpointParts): readonly Endpoint[] {
  return [removal(parts), restoration(parts), purge(parts)];
}

const input = { params: { id: pluginId } };

function removal({ lifecycle }: PluginEndpointParts): Endpoint {
  const answers = { 204: null, 202: StartedSchema };
  return {
    ...base,
    method: 'DELETE',
    path: `${root}/:id`,
    input,
    description: describe('removePlugin', 'Remove a plugin; its data is kept aside for 30 days', answers),
    handle: (request) =>
      inTime(request, async (actor) => {
        await lifecycle().remove(idOf(request), actor);
        return { status: 204, body: null };
      }),
  };
}

function restoration({ lifecycle }: PluginEndpointParts): Endpoint {
  const answers = { 200: Type.Object({ plugin: PluginSchema, orphans: OrphansSchema }), 202: StartedSchema };
  return {
    ...base,
    method: 'POST',
    path: `${root}/:id/restoration`,
    input,
    description: describe('restorePlugin', 'Put a removed plugin back', answers),
    handle: (request) =>
      inTime(request, async (actor) => {
        const restored = await lifecycle().restore(idOf(request), actor);
        return ok({ ...restored, plugin: presentPlugin(restored.plugin) });
      }),
  };
}

function purge({ lifecycle }: PluginEndpointParts): Endpoint {
  const answers = { 200: Type.Object({ export: Type.String() }), 202: StartedSchema };
  return {
    ...base,
    method: 'POST',
    path: `${root}/:id/purge`,
    input,
    description: describe('purgePlugin', 'Delete a removed plugin for good, after an export', answers),
    handle: (request) =>
      inTime(request, async (actor) => ok({ export: await lifecycle().purge(idOf(request), actor) })),
  };
}
