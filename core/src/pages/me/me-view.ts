import { ownNameOf } from '../../views/language-name.js';
import type { PageCall } from '../page-call.js';

/** What the API says about the person who asks. */
export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
  readonly locale: string;
  readonly timeZone: string;
}

/** A browser somebody is signed in with. */
export interface OwnSession {
  readonly id: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly isCurrent: boolean;
}

/** A personal API token; `token` itself only right after it was made. */
export interface OwnToken {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly token?: string;
}

/** Context of `core:me/profile`. */
export function profileView({ t, request }: PageCall, { id, name, email, role, locale, timeZone }: Profile): object {
  const mayEdit = request.identity.reach('core.user:update') !== null;
  return {
    name,
    meta: [{ text: email ?? t('me.noEmail') }, { text: ownNameOf(locale) }, { text: timeZone.replaceAll('_', ' ') }],
    tags: [{ label: roleLabel(t, role), tone: 'accent' }],
    editHref: mayEdit ? `/users/${id}/edit` : undefined,
  };
}

/** Name of a preset role; a role that an admin added goes by its key. */
export function roleLabel(t: PageCall['t'], role: string): string {
  return presets.has(role) ? t(`roles.${role}`) : role;
}

/** One row of the devices. */
export function deviceView({ t, env, request }: PageCall, session: OwnSession): object {
  const { formatters } = request.generation.views;
  return {
    id: session.id,
    title: browserName(session.userAgent ?? '') || t('me.unknownBrowser'),
    note: [session.ip ?? '', t('me.lastUsed', { when: formatters.timeAgo(env, session.lastSeenAt) })]
      .filter((text) => text !== '')
      .join(' · '),
    isCurrent: session.isCurrent,
    action: `/me/sessions/${session.id}/end`,
  };
}

/** One row of the tokens. */
export function tokenView({ t, env, request }: PageCall, token: OwnToken): object {
  const { formatters } = request.generation.views;
  const used =
    token.lastUsedAt === null
      ? t('me.neverUsed')
      : t('me.lastUsed', { when: formatters.timeAgo(env, token.lastUsedAt) });
  return {
    title: token.name,
    note: [token.hint, used].join(' · '),
    label: t('me.revokeNamed', { name: token.name }),
    action: `/me/tokens/${token.id}/revocation`,
  };
}

const presets: ReadonlySet<string> = new Set(['admin', 'manager', 'user', 'read-only']);

/** `Firefox on Linux`, from what a browser says about itself. */
function browserName(userAgent: string): string {
  const browser = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((name) => userAgent.includes(`${name}/`));
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'].find((name) => userAgent.includes(name));
  const named = { Edg: 'Edge', OPR: 'Opera' }[browser ?? ''] ?? browser;
  return [named, system?.replace('Mac OS X', 'macOS')].filter((part) => part !== undefined).join(' · ');
}
