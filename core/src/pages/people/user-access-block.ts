import type { PageBlock } from '../../views/page-model.js';
import { readApi } from '../api-client.js';
import { asText, type RecordValues } from '../fields/entity-field.js';
import { roleLabel } from '../me/me-view.js';
import type { PageCall } from '../page-call.js';

/** On a user's page, for those who administer users: role, invitation, and the end of access. */
export async function userAccessBlock(call: PageCall, user: RecordValues): Promise<PageBlock[]> {
  const { t, render, request } = call;
  if (request.identity.reach('core.user:administer') === null) return [];
  const { data: roles } = await readApi<{ readonly data: readonly { key: string; name: string | null }[] }>(
    call,
    '/roles',
  );
  const html = render('core:people/access', {
    roles: roles.map(({ key, name }) => ({ value: key, label: name ?? roleLabel(t, key) })),
    role: asText(user['role']),
    hasEmail: asText(user['email']) !== '',
    inviteLabel: t(user['status'] === 'invited' ? 'users.inviteAgain' : 'users.invite'),
    ...actionsFor(user, user['id'] === request.identity.userId),
  });
  return [{ name: 'access', column: 'side', html }];
}

/** What can be done depends on the status; nobody locks themselves out. */
function actionsFor(user: RecordValues, isSelf: boolean): object {
  const base = `/users/${asText(user['id'])}`;
  const isOneOf = (...states: string[]): boolean => states.includes(asText(user['status']));
  return {
    roleAction: `${base}/role`,
    inviteAction: isOneOf('no_login', 'invited') ? `${base}/invitation` : undefined,
    resetAction: isOneOf('active') && !isSelf ? `${base}/password-reset` : undefined,
    deactivateHref: isOneOf('inactive') || isSelf ? undefined : `${base}/deactivation`,
    reactivateAction: isOneOf('inactive') ? `${base}/reactivation` : undefined,
  };
}
