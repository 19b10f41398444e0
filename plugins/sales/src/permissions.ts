import { definePermissions } from '@trellis-crm/sdk';

/** Rights beyond those derived from the entities. */
export const permissions = definePermissions({
  'sales.deal:close': { label: 'permissions.deal.close', grants: { manager: 'subtree', user: 'own' } },
});
