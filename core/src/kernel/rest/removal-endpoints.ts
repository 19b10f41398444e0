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
export function removalEndpoints({ lifecycle }: PluginEndpointParts): readonly Endpoint[] {
  return [
    {
      ...base,
      method: 'DELETE',
      path: `${root}/:id`,
      input: { params: { id: pluginId } },
      description: describe('removePlugin', 'Remove a plugin; its data is kept aside for 30 days', {
        204: null,
        202: StartedSchema,
      }),
      handle: (request) =>
        inTime(request, async (actor) => {
          await lifecycle().remove(idOf(request), actor);
          return { status: 204, body: null };
        }),
    },
    {
      ...base,
      method: 'POST',
      path: `${root}/:id/restoration`,
      input: { params: { id: pluginId } },
      description: describe('restorePlugin', 'Put a removed plugin back', {
        200: Type.Object({ plugin: PluginSchema, orphans: OrphansSchema }),
        202: StartedSchema,
      }),
      handle: (request) =>
        inTime(request, async (actor) => {
          const restored = await lifecycle().restore(idOf(request), actor);
          return ok({ ...restored, plugin: presentPlugin(restored.plugin) });
        }),
    },
    {
      ...base,
      method: 'POST',
      path: `${root}/:id/purge`,
      input: { params: { id: pluginId } },
      description: describe('purgePlugin', 'Delete a removed plugin for good, after an export', {
        200: Type.Object({ export: Type.String() }),
        202: StartedSchema,
      }),
      handle: (request) =>
        inTime(request, async (actor) => ok({ export: await lifecycle().purge(idOf(request), actor) })),
    },
  ];
}
