export { listRates, ratesOn, type ExchangeRate } from './exchange-rates.js';
export { registerSettings } from './register.js';
export { settingsEndpoints } from './settings-endpoints.js';
export { isCurrency, isLocale, isTimeZone } from './settings-checks.js';
export { Settings } from './settings.js';
export { defaultSettings, WorkspaceSettingsSchema, type WorkspaceSettings } from './workspace-settings.js';
