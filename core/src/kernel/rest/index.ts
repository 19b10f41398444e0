export type { PluginEndpointParts } from './endpoint-kit.js';
export { pluginEndpoints } from './plugin-endpoints.js';
export { withReceivedPackage } from './receive-package.js';
