export { changeSetEndpoints } from './api/change-set-endpoints.js';
export { bulkEndpoints, hasBulk } from './bulk/bulk-endpoints.js';
export { ChangeSets } from './change-sets.js';
export { isOver, type ChangeSet, type ChangeSetProblem } from './change-set.js';
export { isUndoable, presentChangeSet, presentProblems } from './api/present-change-set.js';
export { registerChangeJobs, registerChanges } from './register.js';
export { finishChangeSet, noteChangeSet } from './change-set-store.js';
