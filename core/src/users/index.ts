export type { AccessCall } from './access-call.js';
export { registerUsers } from './register.js';
export { UserAccess, type AccessLink } from './user-access.js';
export { userEndpoints } from './user-endpoints.js';
