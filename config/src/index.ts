export { inspectConfig, loadConfig, type ConfigOrigins, type ConfigSource } from './load.js';
export { configSchema, type Config, type Setting } from './schema.js';
export { StartError } from './start-error.js';
