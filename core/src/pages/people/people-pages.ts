import { Type } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { PageDeps } from '../page-call.js';
import { pageEndpoint } from '../page-endpoint.js';
import { saveRole, showRoles } from './roles-page.js';
import { showTeams } from './teams-page.js';
import { userPages } from './user-pages.js';

/** Teams as a tree, roles with their rights, and what is done to the access of users, who have the derived pages otherwise. */
export function peoplePages(deps: PageDeps): readonly Endpoint[] {
  const roles = {
    access: 'core.role:administer',
    params: { key: Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' }) },
  } as const;
  return [
    ...userPages(deps),
    pageEndpoint(deps, 'GET /teams', { access: 'core.team:read', handle: showTeams }),
    pageEndpoint(deps, 'GET /roles', { access: 'core.role:administer', handle: showRoles }),
    pageEndpoint(deps, 'GET /roles/:key', { ...roles, handle: showRoles }),
    pageEndpoint(deps, 'POST /roles/:key', { ...roles, handle: saveRole }),
  ];
}
