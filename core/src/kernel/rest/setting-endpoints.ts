import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import { base, describe, idOf, ok, pluginId, root, type PluginEndpointParts } from './endpoint-kit.js';

/** Reading and changing a plugin's settings. */
export function settingEndpoints({ lifecycle }: PluginEndpointParts): readonly Endpoint[] {
  const values = Type.Record(Type.String(), Type.Unknown());
  const settings = Type.Object({ schema: Type.Unknown(), values });
  const path = `${root}/:id/settings`;
  return [
    {
      ...base,
      method: 'GET',
      path,
      input: { params: { id: pluginId } },
      description: describe('getPluginSettings', 'Settings of a plugin', { 200: settings }),
      handle: async (request) => ok(await lifecycle().settings.get(idOf(request))),
    },
    {
      ...base,
      method: 'PUT',
      path,
      input: { params: { id: pluginId }, body: { kind: 'json', schema: values } },
      description: describe('changePluginSettings', 'Change settings of a plugin; null goes back to the default', {
        200: settings,
      }),
      handle: async (request) => {
        await lifecycle().settings.change(idOf(request), request.body as Readonly<Record<string, unknown>>);
        return ok(await lifecycle().settings.get(idOf(request)));
      },
    },
  ];
}
