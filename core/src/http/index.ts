export { createApp } from './app.js';
export { listen, type HttpServer } from './listen.js';
export { toPublicError } from './error-handler.js';
export { AssetStore, ReadinessProbes, SetupState } from './tokens.js';
export { viewEnvOf, type ViewRequest } from './view-env.js';
