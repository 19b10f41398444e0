import type { Endpoint } from '../http/endpoint.js';
import { ownEndpoints } from '../users/own-endpoints.js';
import { userEndpoints } from '../users/user-endpoints.js';
import type { Workspace } from '../workspace/workspace.js';
import { meEndpoints } from './endpoints/me-endpoints.js';
import { roleEndpoints } from './endpoints/role-endpoints.js';
import { sessionEndpoints } from './endpoints/session-endpoints.js';
import { tokenEndpoints } from './endpoints/token-endpoints.js';
import { linkPages } from './pages/link-pages.js';
import { loginPages } from './pages/login-pages.js';

/** Everything about access that HTTP reaches: sign-in, sessions, tokens, roles, users, and the pages for people. */
export function authEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [
    ...sessionEndpoints(workspace),
    ...meEndpoints(workspace),
    ...tokenEndpoints(workspace),
    ...roleEndpoints(workspace),
    ...userEndpoints(workspace),
    ...ownEndpoints(workspace),
    ...loginPages(workspace),
    ...linkPages(workspace),
  ];
}
