import type { Id, NewMail, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { ViewEnv } from '../views/index.js';

/** Whom a mail goes to, in their language and zone. */
export interface MailReader {
  readonly userId: Id | null;
  readonly address: string;
  readonly name: string;
  readonly locale: string;
  readonly timeZone: string;
}

/** Finds the readers of mails in one query: null for users without an address and for those who may not sign in. */
export async function findReaders(
  connection: Knex,
  recipients: readonly NewMail['to'][],
  place: Pick<WorkspaceInfo, 'locale' | 'timeZone'>,
): Promise<readonly (MailReader | null)[]> {
  const ids = recipients.flatMap((to) => ('user' in to ? [to.user] : []));
  const users = ids.length === 0 ? [] : await usersIn(connection, ids);
  const byId = new Map(users.map((user) => [user.id, user]));
  return recipients.map((to) => {
    if ('user' in to) return toReader(byId.get(to.user), place);
    const { email, name = '', locale = place.locale } = to;
    return { userId: null, address: email, name, locale, timeZone: place.timeZone };
  });
}

/** The surroundings of a rendering for somebody who asked for nothing. */
export function readerEnv(
  { locale, timeZone }: Pick<MailReader, 'locale' | 'timeZone'>,
  { baseCurrency }: Pick<WorkspaceInfo, 'baseCurrency'>,
  now: Date,
): ViewEnv {
  return { locale, timeZone, currency: baseCurrency, theme: 'system', csrfToken: '', url: '', now };
}

interface UserRow {
  readonly id: Id;
  readonly name: string;
  readonly email: string;
  readonly locale: string | null;
  readonly time_zone: string | null;
}

async function usersIn(connection: Knex, ids: readonly Id[]): Promise<readonly UserRow[]> {
  return connection<UserRow & { readonly status: string; readonly deleted_at: Date | null }>('core.users')
    .whereIn('id', [...new Set(ids)])
    .whereIn('status', ['active', 'invited'])
    .whereNull('deleted_at')
    .whereNotNull('email')
    .select('id', 'name', 'email', 'locale', 'time_zone');
}

function toReader(user: UserRow | undefined, place: Pick<WorkspaceInfo, 'locale' | 'timeZone'>): MailReader | null {
  if (user === undefined) return null;
  const { id, name, email, locale, time_zone: timeZone } = user;
  return { userId: id, address: email, name, locale: locale ?? place.locale, timeZone: timeZone ?? place.timeZone };
}
