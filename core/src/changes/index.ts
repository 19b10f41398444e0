export { changeSetEndpoints } from './api/change-set-endpoints.js';
export { bulkEndpoints } from './bulk/bulk-endpoints.js';
export { ChangeSets } from './change-sets.js';
export { registerChangeJobs, registerChanges } from './register.js';
export type { ChangeSet } from './change-set.js';
export { finishChangeSet, noteChangeSet } from './change-set-store.js';
