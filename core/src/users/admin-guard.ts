import { ForbiddenError, User, type Actor, type PluginHost } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';

/** Has the records of admins changed, trashed and restored by admins only, whatever rights over users a role was given. */
export function guardAdmins(host: PluginHost): void {
  for (const verb of ['update', 'delete', 'restore'] as const) {
    host.guard(User, verb, async ({ actor }, { before }) => {
      if (before?.role === 'admin') requireAdmin(actor);
    });
  }
}

/**
 * A right over users must not become the rights of an admin. The actor of a context is an identity, of which plugins see a part.
 * @throws ForbiddenError `admin_required`
 */
export function requireAdmin({ kind, roleKey }: Actor & Partial<Pick<Identity, 'roleKey'>>): void {
  if (kind === 'user' && roleKey !== 'admin') throw new ForbiddenError('admin_required');
}
