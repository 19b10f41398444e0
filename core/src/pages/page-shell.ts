import { Menu, type MenuItem, type PermissionKey } from '@trellis-crm/sdk';
import type { Identity } from '../auth/identity.js';
import { Hold } from '../hold/index.js';
import type { Generation } from '../kernel/generation.js';
import { inboxTopic } from '../live/inbox-topic.js';
import type { MenuEntry, MenuGroup, ShellKey, ShellModel } from '../views/page-model.js';
import { contributedCommands } from './find/commands/contributed-commands.js';
import { goKeys } from './find/commands/go-keys.js';
import type { PageCall } from './page-call.js';

/** What surrounds every page of this person: workspace, menu by their rights, quick tabs of the phone. */
export function pageShell(call: PageCall): ShellModel {
  const known = knownPlacesOf(call);
  return {
    workspaceName: call.workspace.info().name,
    ...noticeOf(call),
    ...liveOf(call),
    menu: menuOf(call, known),
    searchHref: '/search',
    ...(known.keys.length > 0 && { keys: known.keys }),
  };
}

/** Everybody hears of their own inbox, at the same address. */
function liveOf({ request: { identity } }: PageCall): Pick<ShellModel, 'liveHref'> {
  return identity.userId === null ? {} : { liveHref: `/api/v1/live?topics=${inboxTopic}` };
}

/** Those who run the workspace are told that it sends nothing. */
function noticeOf({ t, env, workspace, request: { identity, generation } }: PageCall): Pick<ShellModel, 'notice'> {
  const held = workspace.container.resolve(Hold).current();
  if (held === null || identity.reach('core.settings:administer') === null) return {};
  const since = generation.views.formatters.dateTime(env, held.since.toISOString());
  return { notice: { title: t('hold.title'), text: t('hold.text', { since, reason: held.reason }) } };
}

interface Place {
  readonly order: number;
  readonly entry: MenuEntry;
}

interface PlacedGroup extends Omit<MenuGroup, 'items'> {
  readonly items: readonly Place[];
}

/** The menu of a reader; which of its places he is at is the request's. */
function menuOf({ request: { url } }: PageCall, { groups, menus }: KnownPlaces): readonly MenuGroup[] {
  const places = groups.flatMap(({ items }) => items);
  const current = longestMatch(places, url.pathname);
  const menu = menus.get(current) ?? groups.map((group) => markedGroup(group, current));
  menus.set(current, menu);
  return menu;
}

/** The places of a reader, and the keys of commands that are on no page, found once. */
function knownPlacesOf(call: PageCall): KnownPlaces {
  const { generation, identity } = call.request;
  let known = knownPlaces.get(identity);
  if (known?.generation !== generation || known.locale !== call.env.locale) {
    const { locale } = call.env;
    known = { generation, locale, groups: groupsOf(call), keys: keysOf(call), menus: new Map() };
    knownPlaces.set(identity, known);
  }
  return known;
}

function keysOf(call: PageCall): readonly ShellKey[] {
  return contributedCommands(call, null).flatMap(({ shortcut, href, action }) =>
    shortcut === undefined ? [] : { shortcut, ...(href === undefined ? { action } : { href }) },
  );
}

interface KnownPlaces {
  readonly generation: Generation;
  readonly locale: string;
  readonly groups: readonly PlacedGroup[];
  readonly keys: readonly ShellKey[];
  /** By the address of the place where the reader is. */
  readonly menus: Map<string | undefined, readonly MenuGroup[]>;
}

/** An identity is made anew when its rights change. */
const knownPlaces = new WeakMap<Identity, KnownPlaces>();

function groupsOf(call: PageCall): readonly PlacedGroup[] {
  const contributed = contributedItems(call);
  const main = [home(call), exceptions(call), ...entityPlaces(call), ...placesOf(call, contributed, 'main')];
  const groups = [
    { items: main },
    { label: call.t('menu.apps'), items: placesOf(call, contributed, 'apps') },
    { label: call.t('menu.workspace'), items: workspacePlaces(call) },
  ];
  return groups
    .filter(({ items }) => items.length > 0)
    .map(({ items, ...group }) => ({ ...group, items: withKeys(call, items) }));
}

function withKeys({ request: { generation } }: PageCall, items: readonly Place[]): readonly Place[] {
  const keys = goKeys(generation);
  const placed = [...items].sort((a, b) => a.order - b.order);
  return placed.map(({ order, entry }) => {
    const shortcut = keys.get(entry.href);
    return { order, entry: shortcut === undefined ? entry : { ...entry, shortcut } };
  });
}

function markedGroup({ items, ...group }: PlacedGroup, current: string | undefined): MenuGroup {
  const marked = items.map(({ entry }) => (entry.href === current ? { ...entry, isCurrent: true } : entry));
  return { ...group, items: marked };
}

function home({ t }: PageCall): Place {
  return { order: 0, entry: { label: t('home.title'), icon: 'home', href: '/' } };
}

function exceptions({ t }: PageCall): Place {
  return { order: 90, entry: { label: t('exceptions.title'), icon: 'alarm', href: '/exceptions' } };
}

function entityPlaces({ request: { generation, identity }, labels }: PageCall): Place[] {
  return [...generation.entities.values()].flatMap(({ definition, path }) => {
    const { menu = 100, icon = 'box', without = [] } = definition;
    if (menu === false || without.includes('pages') || identity.reach(`${definition.id}:read`) === null) return [];
    return { order: menu, entry: { label: labels.many(definition), icon, href: `/${path}` } };
  });
}

function contributedItems({ request: { generation, identity } }: PageCall): { module: string; item: MenuItem }[] {
  const contributions = generation.contributions.get(Menu.id) ?? [];
  return contributions
    .map(({ module, value }) => ({ module, item: value as MenuItem }))
    .filter(({ item }) => identity.reach(item.permission) !== null);
}

function placesOf(
  { t }: PageCall,
  contributed: readonly { module: string; item: MenuItem }[],
  group: MenuItem['group'],
): Place[] {
  return contributed
    .filter(({ item }) => item.group === group)
    .map(({ module, item: { order, label, icon, href } }) => ({
      order,
      entry: { label: t(`${module}:${label}`), icon, href },
    }));
}

/** Core's own places below "Workspace", with the right each needs. */
const workspaceEntries: readonly {
  readonly key: string;
  readonly icon: string;
  readonly href: string;
  readonly permission: PermissionKey;
}[] = [
  { key: 'imports.title', icon: 'file-import', href: '/imports', permission: 'core.account:import' },
  { key: 'users.title', icon: 'users-group', href: '/users', permission: 'core.user:read' },
  { key: 'plugins.title', icon: 'puzzle', href: '/plugins', permission: 'core.plugin:administer' },
  { key: 'settings.title', icon: 'settings', href: '/settings', permission: 'core.settings:administer' },
];

function workspacePlaces({ t, request: { identity } }: PageCall): Place[] {
  return workspaceEntries
    .filter(({ permission }) => identity.reach(permission) !== null)
    .map(({ key, icon, href }, order) => ({ order, entry: { label: t(key), icon, href } }));
}

/** The entry whose address is the longest beginning of the path: `/sales/deals/new` belongs to `/sales/deals`. */
function longestMatch(places: readonly Place[], path: string): string | undefined {
  const matching = places
    .map(({ entry }) => entry.href)
    .filter((href) => path === href || (href !== '/' && path.startsWith(`${href}/`)));
  return matching.sort((left, right) => right.length - left.length)[0];
}
