import type { PageBlock } from '../../views/page-model.js';
import type { PageCall } from '../page-call.js';

const places = [
  { key: 'settings.general', href: '/settings', permission: 'core.settings:administer' },
  { key: 'mails.settingsTitle', href: '/settings/mail', permission: 'core.settings:administer' },
  { key: 'mails.title', href: '/mails', permission: 'core.mail:administer' },
  { key: 'forms.title', href: '/settings/forms', permission: 'core.form:administer' },
  { key: 'tags.title', href: '/settings/tags', permission: 'core.tag:administer' },
  { key: 'webhooks.title', href: '/settings/webhooks', permission: 'core.webhook:administer' },
] as const;

/** The workspace's settings stand side by side: the links from one page to the others. */
export function settingsTabs({ t, render, request }: PageCall, current: (typeof places)[number]['href']): PageBlock {
  const items = places
    .filter(({ permission }) => request.identity.reach(permission) !== null)
    .map(({ key, href }) => ({ label: t(key), href, isCurrent: href === current }));
  return { name: 'settings-tabs', column: 'header', html: render('ui-tabs', { label: t('settings.title'), items }) };
}
