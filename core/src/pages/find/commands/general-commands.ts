import { isWithout } from '../../list/list-view.js';
import type { PageCall } from '../../page-call.js';
import { pageShell } from '../../page-shell.js';
import type { CommandView } from './command-view.js';
import { contributedCommands } from './contributed-commands.js';
import { goKeys } from './go-keys.js';

/** What can be done from every page: go to any place of the menu, add a record of any kind, what modules offer, and what concerns oneself. */
export function generalCommands(call: PageCall): readonly CommandView[] {
  return [...placeCommands(call), ...creationCommands(call), ...contributedCommands(call, null), ...ownCommands(call)];
}

function placeCommands(call: PageCall): readonly CommandView[] {
  const places = pageShell(call).menu.flatMap(({ items }) => items);
  return places.map(({ label, icon, href, shortcut }) => ({
    label: call.t('palette.goTo', { place: label }),
    icon,
    href,
    ...(shortcut !== undefined && { shortcut }),
  }));
}

function creationCommands({ t, labels, request: { generation, identity } }: PageCall): readonly CommandView[] {
  return [...generation.entities.values()].flatMap((entity) => {
    const { definition, path } = entity;
    const isOffered = !isWithout(entity, 'pages') && !isWithout(entity, 'create');
    if (!isOffered || identity.reach(`${definition.id}:create`) === null) return [];
    return { label: t('list.new', { entity: labels.oneInText(definition) }), icon: 'plus', href: `/${path}/new` };
  });
}

function ownCommands({ t, request: { generation } }: PageCall): readonly CommandView[] {
  const ownKey = goKeys(generation).get('/me');
  return [
    { label: t('me.title'), icon: 'user-circle', href: '/me', ...(ownKey !== undefined && { shortcut: ownKey }) },
    { label: t('palette.goTo', { place: t('changes.title') }), icon: 'history', href: '/change-sets' },
    { label: t('ui.theme'), icon: 'sun-moon', isTheme: true },
    { label: t('shortcuts.title'), icon: 'keyboard', href: '/me/shortcuts', isDialog: true, shortcut: '?' },
    { label: t('me.signOut'), icon: 'logout', action: '/logout' },
  ];
}
