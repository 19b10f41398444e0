export type { AccessCall } from './access-call.js';
export { UserAccess, type AccessLink } from './user-access.js';
