export { registerSetup } from './register.js';
export { Setup, type SetupInput, type SetupOutcome } from './setup.js';
export { SetupHooks, type SetupModule } from './setup-hooks.js';
export { setupPages } from './setup-pages.js';
