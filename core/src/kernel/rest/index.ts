export type { PluginEndpointParts } from './endpoint-kit.js';
export { pluginEndpoints } from './plugin-endpoints.js';
