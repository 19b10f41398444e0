import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { PlannedVerb } from '../lifecycle/plan.js';
import { activationEndpoints } from './activation-endpoints.js';
import { base, describe, idOf, listOf, ok, okList, pluginId, root, type PluginEndpointParts } from './endpoint-kit.js';
import { packageEndpoints } from './package-endpoints.js';
import { OperationSchema, PlanSchema, PluginSchema } from './plugin-schemas.js';
import { presentOperation, presentPlugin } from './present-plugin.js';
import { removalEndpoints } from './removal-endpoints.js';
import { settingEndpoints } from './setting-endpoints.js';

/** `/api/v1/plugins`: what is installed, what a verb would do, and the verbs. */
export function pluginEndpoints(parts: PluginEndpointParts): readonly Endpoint[] {
  return [
    ...readingEndpoints(parts),
    ...activationEndpoints(parts),
    ...removalEndpoints(parts),
    ...packageEndpoints(parts),
    ...settingEndpoints(parts),
  ];
}

const verb = Type.Union(
  (['enable', 'disable', 'upgrade', 'remove', 'restore', 'purge'] as const).map((name) => Type.Literal(name)),
);

function readingEndpoints({ lifecycle }: PluginEndpointParts): readonly Endpoint[] {
  return [
    {
      ...base,
      method: 'GET',
      path: root,
      description: describe('listPlugins', 'Installed and offered plugins', { 200: listOf(PluginSchema) }),
      handle: async () => okList((await lifecycle().list()).map(presentPlugin)),
    },
    {
      ...base,
      method: 'GET',
      path: `${root}/:id`,
      input: { params: { id: pluginId } },
      description: describe('getPlugin', 'One plugin', { 200: PluginSchema }),
      handle: async (request) => ok(presentPlugin(await lifecycle().get(idOf(request)))),
    },
    {
      ...base,
      method: 'GET',
      path: `${root}/:id/plan`,
      input: { params: { id: pluginId }, query: Type.Object({ verb }, { additionalProperties: false }) },
      description: describe('planPlugin', 'What a verb would do', { 200: PlanSchema }),
      handle: async (request) => ok(await lifecycle().plan(idOf(request), request.query['verb'] as PlannedVerb)),
    },
    {
      ...base,
      method: 'GET',
      path: `${root}/:id/operations`,
      input: { params: { id: pluginId } },
      description: describe('listPluginOperations', 'What was done to a plugin, latest first', {
        200: listOf(OperationSchema),
      }),
      handle: async (request) => okList((await lifecycle().operations(idOf(request))).map(presentOperation)),
    },
  ];
}
