export { isToDo } from './activity-source.js';
export { registerTimelines } from './register.js';
export { Timelines, type TimelinePage } from './timelines.js';
export { timelineEndpoints } from './api/timeline-endpoints.js';
export type { FoundEntry, KindOption } from './timeline-entry.js';
