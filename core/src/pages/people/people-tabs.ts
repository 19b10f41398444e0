import type { PageBlock } from '../../views/page-model.js';
import type { PageCall } from '../page-call.js';

const places = [
  { key: 'users', href: '/users', permission: 'core.user:read' },
  { key: 'teams', href: '/teams', permission: 'core.team:read' },
  { key: 'roles', href: '/roles', permission: 'core.role:administer' },
] as const;

/** Users, teams and roles stand side by side: the links from one to the others. */
export function peopleTabs({ t, render, request }: PageCall, current: (typeof places)[number]['key']): PageBlock {
  const items = places
    .filter(({ permission }) => request.identity.reach(permission) !== null)
    .map(({ key, href }) => ({ label: t(`${key}.title`), href, isCurrent: key === current }));
  return { name: 'people', column: 'header', html: render('ui-tabs', { label: t('users.title'), items }) };
}
