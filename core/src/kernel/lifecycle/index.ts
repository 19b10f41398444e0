export { createLifecycle, PluginLifecycle } from './lifecycle.js';
export type { LifecycleParts, ModuleWork } from './lifecycle-parts.js';
export type { Operation, Verb } from './journal.js';
export type { Plan, PlannedVerb } from './plan.js';
export type { Contributions, PluginState, PluginView } from './plugin-view.js';
export type { PluginFinding } from './doctor.js';
export type { Incident } from './incident.js';
