import { isTrellisError, type Context, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { loadUserIdentity, Roles, type Identity } from '../auth/index.js';
import { Mailer, type MailOrder } from '../mail/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { columns, type NotificationRow } from './notification-store.js';
import { presentLines, type NotificationView } from './present-lines.js';

/** How lines leave: each as it comes, or a day's together. */
export type MailMode = 'immediate' | 'digest';

/** Lines in one mail; the rest is a number. */
const shownLines = 30;

/**
 * Mails what these people have not read yet, in one mail each: lines are put into words with the rights of their reader, and what
 * the reader may not see any more is left out. In one transaction with the note that it was mailed.
 * @param claim who of them is this one's to mail, asked in that transaction
 */
export async function mailLines(
  workspace: Workspace,
  ctx: Context,
  mode: MailMode,
  claim: (trx: Knex) => Promise<readonly Id[]>,
): Promise<void> {
  await ctx.tx(() =>
    workspace.database.tx(async (trx) => {
      const users = await claim(trx);
      if (users.length === 0) return;
      const lines = Map.groupBy(await takeLines(trx, users, mode, workspace.clock.now()), ({ user_id }) => user_id);
      const orders: MailOrder[] = [];
      for (const [user, rows] of lines) {
        const order = await orderFor(workspace, user, rows, mode);
        if (order !== null) orders.push(order);
      }
      await workspace.container.resolve(Mailer).queue(trx, workspace.generation(), orders);
    }),
  );
}

/** Lines that wait to be mailed, newest first, noted as mailed. What leaves by mail only is read with that: what comes later is a line of its own. */
async function takeLines(
  trx: Knex,
  users: readonly Id[],
  mode: MailMode,
  now: Date,
): Promise<readonly NotificationRow[]> {
  const rows = await trx<NotificationRow & { mail: string; mailed_at: Date | null }>('core.notifications')
    .whereIn('user_id', [...users])
    .where({ mail: mode, mailed_at: null, read_at: null })
    .whereRaw('(snoozed_until is null or snoozed_until <= ?)', [now])
    .update({ mailed_at: now, read_at: trx.raw('case when in_app then null else ?::timestamptz end', [now]) })
    .returning(columns);
  return rows.toSorted((left, right) => right.told_at.getTime() - left.told_at.getTime());
}

async function orderFor(
  workspace: Workspace,
  user: Id,
  rows: readonly NotificationRow[],
  mode: MailMode,
): Promise<MailOrder | null> {
  const identity = await identityOf(workspace, user);
  if (identity === null) return null;
  const generation = workspace.generation();
  const { signal } = new AbortController();
  const ctx = workspace.context({ generation, module: 'core', identity, signal });
  const views = await presentLines({ ctx, generation, identity, env: identity }, rows.slice(0, shownLines));
  const shown = views.filter(({ kind }) => kind !== 'core.hidden');
  if (shown.length === 0) return null;
  const more = rows.length - views.length;
  const [first] = shown;
  const common = { module: 'core', actor: 'plugin:core', to: { user }, isOptional: true };
  return mode === 'immediate' && first !== undefined && shown.length === 1
    ? { ...common, kind: 'notification', write: ({ t }) => letterOfOne(first, t('notifications.mail.open')) }
    : {
        ...common,
        kind: mode === 'digest' ? 'digest' : 'notification',
        write: (reader) => letterOf(shown, more, reader),
      };
}

/** Null for somebody who may not sign in any more. */
async function identityOf({ database, container, info, generation }: Workspace, user: Id): Promise<Identity | null> {
  const parts = { knex: database.knex, roles: container.resolve(Roles), place: info() };
  try {
    return await loadUserIdentity(parts, generation(), { id: user });
  } catch (error) {
    if (isTrellisError(error) && error.code === 'user_not_found') return null;
    throw error;
  }
}

type Reader = Parameters<MailOrder['write']>[0];

function letterOfOne({ text, href }: NotificationView, label: string): ReturnType<MailOrder['write']> {
  return { subject: text, paragraphs: [], action: { label, href: href ?? '/inbox' } };
}

function letterOf(
  views: readonly NotificationView[],
  more: number,
  { t, format }: Reader,
): ReturnType<MailOrder['write']> {
  const count = views.length + more;
  return {
    subject: t('notifications.mail.subject', { count }),
    paragraphs: more > 0 ? [t('notifications.mail.more', { count: more })] : [],
    items: views.map(({ text, href, toldAt }) => ({
      title: text,
      note: format.dateTime(toldAt),
      ...(href !== null && { href }),
    })),
    action: { label: t('notifications.mail.inbox'), href: '/inbox' },
  };
}
