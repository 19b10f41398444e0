export { authEndpoints } from './auth-endpoints.js';
export { Authenticator, type Caller, type Credentials } from './authenticator.js';
export { Passwords } from './passwords.js';
export { registerAuth } from './register.js';
export { Roles } from './roles.js';
export { loadUserIdentity, type UserName } from './user-identity.js';
export { anonymousIdentity, operatorIdentity, type Place } from './special-identities.js';
export type { Identity } from './identity.js';
export type { Session } from './session.js';
