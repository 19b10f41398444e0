export { createCallRunner, type CallRunner, type ModuleCall, type ModuleTimings } from './call-runner.js';
export { crashMarkerPath, openCrashMarker, type MarkedCalls } from './crash-marker.js';
export type { ContextScope } from './callback.js';
export type { ContextParts, JobRequest, RecordScope } from './context-parts.js';
export { createModuleContexts, type ModuleContexts } from './contexts.js';
export type { EndpointMatch, Generation } from './generation.js';
export type { GenerationParts } from './generation-parts.js';
export { createGenerations, type Generations } from './generations.js';
export { actorKey, moduleIdentity } from './plugin-identity.js';
export { registerModule } from './register-module.js';
export { createRunningCalls, type RunningCalls } from './running-calls.js';
export type {
  Guard,
  JobRegistration,
  LiveListener,
  ModuleSource,
  Registrations,
  Subscription,
} from './registrations.js';
