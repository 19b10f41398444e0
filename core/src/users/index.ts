export type { AccessCall } from './access-call.js';
export { guardAdmins } from './admin-guard.js';
export { guardPreferences } from './preference-guard.js';
export { UserAccess, type AccessLink } from './user-access.js';
