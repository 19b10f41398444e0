import { Type, type TSchema } from '@trellis-crm/sdk';
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
import { PluginSchema } from './plugin-schemas.js';
import { presentPlugin } from './present-plugin.js';

/** Switching a plugin on and off. */
export function activationEndpoints({ lifecycle }: PluginEndpointParts): readonly Endpoint[] {
  return [
    {
      ...base,
      method: 'POST',
      path: `${root}/:id/activation`,
      input: { params: { id: pluginId }, query: flag('withRequired') },
      description: describe('enablePlugin', 'Take a plugin into use', { 200: PluginSchema, 202: StartedSchema }),
      handle: (request) => {
        const options = { withRequired: request.query['withRequired'] === true };
        return inTime(request, async (actor) =>
          ok(presentPlugin(await lifecycle().enable(idOf(request), actor, options))),
        );
      },
    },
    {
      ...base,
      method: 'DELETE',
      path: `${root}/:id/activation`,
      input: { params: { id: pluginId }, query: flag('withDependents') },
      description: describe('disablePlugin', 'Take a plugin out of use; its data stays', {
        200: PluginSchema,
        202: StartedSchema,
      }),
      handle: (request) => {
        const options = { withDependents: request.query['withDependents'] === true };
        return inTime(request, async (actor) =>
          ok(presentPlugin(await lifecycle().disable(idOf(request), actor, options))),
        );
      },
    },
  ];
}

function flag(name: string): TSchema {
  return Type.Object({ [name]: Type.Optional(Type.Boolean()) }, { additionalProperties: false });
}
