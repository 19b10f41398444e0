import { ConflictError, User, type Id, type RecordOf, type TransactionContext } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import { createLink, endLinks, linkLifetimeMs, type LinkKind } from '../auth/access-links.js';
import { Authenticator } from '../auth/authenticator.js';
import { findAccount, findAccountByEmail } from '../auth/credentials.js';
import { Roles } from '../auth/roles.js';
import { endSessions } from '../auth/session-store.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { actorKey } from '../kernel/index.js';
import { Mailer } from '../mail/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { AccessCall } from './access-call.js';
import { requireAdmin } from './admin-guard.js';
import { handOver } from './hand-over.js';
import type { ReassignedCounts } from './reassign-owned.js';

/** A link to hand to the person it is for; it works once. */
export interface AccessLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Whether it also goes to the person by mail. */
  readonly isMailed: boolean;
}

/** Who may sign in, and as what. Every act needs `core.user:administer`; only an admin touches an admin. */
export interface UserAccess {
  /** @throws ConflictError `already_active`, `user_inactive`, `email_missing`; NotFoundError, ForbiddenError */
  invite(call: AccessCall, userId: Id): Promise<AccessLink>;
  /** A link that sets a forgotten password anew. @throws ConflictError `user_not_active`, NotFoundError, ForbiddenError */
  resetPassword(call: AccessCall, userId: Id): Promise<AccessLink>;
  /**
   * Ends every way in and gives what the user owns to somebody else, in one transaction.
   * @param reassignTo may be null when the user owns nothing
   * @throws ConflictError `last_admin`, `reassignment_required` with counts, `reassignment_impossible`; NotFoundError, ForbiddenError
   */
  deactivate(call: AccessCall, userId: Id, reassignTo: Id | null): Promise<ReassignedCounts>;
  /** Back to signing in with the password there was, or to being invited. @throws ConflictError `not_inactive` */
  reactivate(call: AccessCall, userId: Id): Promise<void>;
  /** @throws ConflictError `last_admin`, NotFoundError `role_not_found`, ForbiddenError `admin_required` */
  changeRole(call: AccessCall, userId: Id, role: string): Promise<void>;
  /** The user with an e-mail address, for commands. */
  findByEmail(email: string): Promise<Id | null>;
}

/** The workspace's users as far as access goes. */
export const UserAccess: InjectionToken<UserAccess> = Symbol('UserAccess');

/** Creates the service. */
export function createUserAccess(workspace: Workspace): UserAccess {
  const { database } = workspace;
  return {
    invite: (call, userId) =>
      change(workspace, call, userId, async (step) => {
        const { user, tx, unit } = step;
        if (user.status === 'active') throw new ConflictError('already_active');
        if (user.status === 'inactive') throw new ConflictError('user_inactive');
        if (user.email === null) throw new ConflictError('email_missing');
        if (user.status !== 'invited') await tx.elevated().records(User).update(userId, { status: 'invited' });
        return linkFor(workspace, { ...call, unit }, userId, 'invitation');
      }),
    resetPassword: (call, userId) =>
      change(workspace, call, userId, ({ user, unit }) => {
        if (user.status !== 'active') throw new ConflictError('user_not_active');
        return linkFor(workspace, { ...call, unit }, userId, 'reset');
      }),
    deactivate: (call, userId, reassignTo) => deactivate(workspace, call, userId, reassignTo),
    reactivate: (call, userId) =>
      change(workspace, call, userId, async ({ user, tx, unit }) => {
        if (user.status !== 'inactive') throw new ConflictError('not_inactive');
        const account = await findAccount(unit.trx, userId);
        const status = account?.passwordHash === null ? 'no_login' : 'active';
        await tx.elevated().records(User).update(userId, { status });
      }),
    async changeRole(call, userId, role) {
      const { base } = await workspace.container.resolve(Roles).get(role);
      await change(workspace, call, userId, async ({ tx }) => {
        if (base === 'admin') requireAdmin(call.identity);
        await tx.elevated().records(User).update(userId, { role });
      });
    },
    findByEmail: async (email) => (await findAccountByEmail(database.knex, email))?.id ?? null,
  };
}

function deactivate(
  workspace: Workspace,
  call: AccessCall,
  userId: Id,
  reassignTo: Id | null,
): Promise<ReassignedCounts> {
  return change(workspace, call, userId, async ({ tx, unit }) => {
    const counts = await handOver(workspace, { ...call, tx, unit }, userId, reassignTo);
    await tx.elevated().records(User).update(userId, { status: 'inactive' });
    await endSessions(unit.trx, userId);
    await endLinks(unit.trx, userId);
    await unit.trx('core.api_tokens').where({ user_id: userId }).delete();
    return counts;
  });
}

interface Step {
  readonly user: RecordOf<typeof User>;
  readonly tx: TransactionContext;
  readonly unit: UnitOfWork;
}

/** Load, authorize, act in one transaction; afterwards nobody is who he was. */
async function change<T>(
  workspace: Workspace,
  call: AccessCall,
  userId: Id,
  act: (step: Step) => Promise<T>,
): Promise<T> {
  const result = await workspace.transaction({ ...call, module: 'core' }, async (tx, unit) => {
    tx.authorize('core.user:administer');
    const user = await tx.elevated().records(User).get(userId, { lock: true });
    if (user.role === 'admin') requireAdmin(call.identity);
    return act({ user, tx, unit });
  });
  workspace.container.resolve(Authenticator).refresh();
  return result;
}

/** Makes the link, and a mail with it when mail can leave. */
async function linkFor(
  workspace: Workspace,
  { unit: { trx }, generation, identity }: AccessCall & { readonly unit: UnitOfWork },
  userId: Id,
  kind: LinkKind,
): Promise<AccessLink> {
  const now = workspace.clock.now();
  const token = await createLink(trx, userId, kind, now);
  const expiresAt = new Date(now.getTime() + linkLifetimeMs[kind]).toISOString();
  const { publicUrl, name: workspaceName } = workspace.info();
  const url = `${publicUrl}/${kind}/${token}`;
  const mailer = workspace.container.resolve(Mailer);
  const isMailed = await mailer.queueIfReady(trx, generation, {
    ...{ module: 'core', kind, actor: actorKey(identity), to: { user: userId }, isSecret: true },
    write: ({ name, t, format }) => ({
      subject: t(`mails.${kind}.subject`, { workspaceName }),
      paragraphs: [
        t(`mails.${kind}.text`, { name, workspaceName }),
        t('mails.until', { until: format.dateTime(expiresAt) }),
      ],
      action: { label: t(`mails.${kind}.action`), href: url },
    }),
  });
  return { url, expiresAt, isMailed };
}
