import { NotFoundError, User, type Id, type TransactionContext } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import type { Generation } from '../kernel/generation.js';
import type { Workspace } from '../workspace/workspace.js';
import { auditAccess } from './access-audit.js';
import { endLinks, findLink, useLink, type LinkKind } from './access-links.js';
import { Authenticator } from './authenticator.js';
import { findAccount, writePasswordHash } from './credentials.js';
import { checkNewPassword } from './password-rules.js';
import type { Passwords } from './passwords.js';
import { createSession, endSessions, type Device } from './session-store.js';
import { operatorIdentity } from './special-identities.js';

/** Somebody with a link chooses a password. */
export interface LinkUseInput {
  readonly token: string;
  readonly password: string;
  readonly device: Device;
  readonly generation: Generation;
  readonly signal: AbortSignal;
}

/** What links are good for. Each works once. */
export interface LinkUse {
  /** @returns the token of a new session @throws NotFoundError `link_not_valid`, ValidationError about the password */
  acceptInvitation(input: LinkUseInput): Promise<string>;
  /** Ends all sessions and other links of the user. @throws NotFoundError `link_not_valid`, ValidationError about the password */
  resetPassword(input: LinkUseInput): Promise<void>;
}

/** The workspace's use of links. */
export const LinkUse: InjectionToken<LinkUse> = Symbol('LinkUse');

/** Creates the service. */
export function createLinkUse(workspace: Workspace, passwords: Passwords): LinkUse {
  const { database, clock, log } = workspace;

  /** Checks and hashes before the transaction: a hash takes long, and a weak password must not use the link up. */
  async function prepare(kind: LinkKind, { token, password }: LinkUseInput): Promise<{ userId: Id; hash: string }> {
    const userId = await findLink(database.knex, kind, token, clock.now());
    const account = userId === null ? null : await findAccount(database.knex, userId);
    if (account === null) throw linkNotValid();
    checkNewPassword(password, [account.name, account.email]);
    return { userId: account.id, hash: await passwords.hash(password) };
  }

  return {
    async acceptInvitation(input) {
      const { userId, hash } = await prepare('invitation', input);
      const { generation, signal, device } = input;
      const identity = { ...operatorIdentity(workspace.info()), onBehalfOf: userId };
      return workspace.transaction({ generation, module: 'core', identity, signal }, async (tx, { trx }) => {
        await claim(trx, 'invitation', input.token, clock.now());
        await writePasswordHash(trx, userId, hash, clock.now());
        await activate(tx, userId);
        log.info({ userId }, 'invitation accepted');
        return createSession(trx, userId, device, clock.now());
      });
    },
    async resetPassword(input) {
      const { userId, hash } = await prepare('reset', input);
      await database.tx(async (trx) => {
        await claim(trx, 'reset', input.token, clock.now());
        await writePasswordHash(trx, userId, hash, clock.now());
        await endSessions(trx, userId);
        await endLinks(trx, userId);
        await noteReset(trx, userId, clock.now());
        log.info({ userId }, 'password reset');
      });
      workspace.container.resolve(Authenticator).refresh();
    },
  };
}

/** Of several tries at once one gets it. */
async function claim(trx: Knex.Transaction, kind: LinkKind, token: string, now: Date): Promise<void> {
  if ((await useLink(trx, kind, token, now)) === null) throw linkNotValid();
}

/** Whoever holds the link acts as the user. */
function noteReset(trx: Knex.Transaction, userId: Id, at: Date): Promise<void> {
  const by = { kind: 'user', id: userId, onBehalfOf: null } as const;
  return auditAccess(trx, { entity: 'core.user', recordId: userId, verb: 'password-reset', changes: {}, by, at });
}

async function activate(tx: TransactionContext, userId: Id): Promise<void> {
  tx.authorize('core.user:administer');
  await tx.elevated().records(User).update(userId, { status: 'active' });
}

function linkNotValid(): NotFoundError {
  return new NotFoundError('link_not_valid');
}
