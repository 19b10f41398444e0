export { createApp } from './app.js';
export { listen, type HttpServer } from './listen.js';
export { AssetStore, ReadinessProbes, SetupState } from './tokens.js';
export type { ViewRequest } from './view-env.js';
