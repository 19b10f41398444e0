export type { ExchangeRate } from './exchange-rates.js';
export { registerSettings } from './register.js';
export { settingsEndpoints } from './settings-endpoints.js';
export { Settings } from './settings.js';
export type { WorkspaceSettings } from './workspace-settings.js';
