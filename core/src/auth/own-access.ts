import {
  AuthenticationError,
  ForbiddenError,
  NotFoundError,
  ValidationError,
  type Clock,
  type Id,
} from '@trellis-crm/sdk';
import type { BaseLogger } from 'pino';
import type { Database } from '../database/database.js';
import type { Generation } from '../kernel/generation.js';
import { auditAccess } from './access-audit.js';
import { createToken, type TokenEntry } from './api-token-store.js';
import type { AttemptLimiter } from './attempt-limiter.js';
import { findAccount, writePasswordHash, type Account } from './credentials.js';
import { endLinks } from './access-links.js';
import { checkNewPassword } from './password-rules.js';
import type { Identity } from './identity.js';
import type { Passwords } from './passwords.js';
import type { Session } from './session.js';
import { endSessions } from './session-store.js';

/** What managing one's own access needs from elsewhere. */
export interface OwnAccessParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: BaseLogger;
  readonly passwords: Passwords;
  readonly limiter: AttemptLimiter;
}

/** A password change of the person who is signed in. */
export interface PasswordChange {
  readonly session: Session;
  readonly oldPassword: string;
  readonly newPassword: string;
  readonly ip: string;
  readonly by: Identity;
}

/**
 * Changes one's own password; all other sessions end.
 * @throws ValidationError `/oldPassword` `wrong_password` or about the new one, RateLimitError
 */
export async function changeOwnPassword(parts: OwnAccessParts, change: PasswordChange): Promise<void> {
  const { database, clock, log, passwords, limiter } = parts;
  const account = await ownAccount(parts, change.session.userId);
  const attempt = { kind: 'password', account: account.id, ip: change.ip } as const;
  await limiter.count(attempt);
  if (!(await passwords.verify(change.oldPassword, account.passwordHash))) throw wrongOldPassword();
  await limiter.forgive(attempt);
  checkNewPassword(change.newPassword, [account.name, account.email], 'newPassword');
  const hash = await passwords.hash(change.newPassword);
  await database.tx(async (trx) => {
    await writePasswordHash(trx, account.id, hash, clock.now());
    await endSessions(trx, account.id, change.session.id);
    await endLinks(trx, account.id);
    const { by } = change;
    await auditAccess(trx, {
      entity: 'core.user',
      recordId: account.id,
      verb: 'password-changed',
      changes: {},
      by,
      at: clock.now(),
    });
  });
  log.info({ userId: account.id }, 'password changed');
}

/** What somebody asks of a new token. */
export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly string[];
  /** ISO 8601; null: until it is revoked. */
  readonly expiresAt: string | null;
}

/** Makes a personal API token. @throws ValidationError for a scope nobody declares or an end that is past */
export async function createOwnToken(
  { database, clock, log }: Pick<OwnAccessParts, 'database' | 'clock' | 'log'>,
  generation: Generation,
  { userId, by, ...request }: TokenRequest & { readonly userId: Id; readonly by: Identity },
): Promise<TokenEntry & { readonly token: string }> {
  const now = clock.now();
  const expiresAt = request.expiresAt === null ? null : new Date(request.expiresAt);
  const errors = [...scopeProblems(generation, request.scopes), ...endProblems(expiresAt, now)];
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
  const { name, scopes } = request;
  const token = await database.tx(async (trx) => {
    const changes = { token: { to: { name, scopes } } };
    await auditAccess(trx, { entity: 'core.user', recordId: userId, verb: 'token-created', changes, by, at: now });
    return createToken(trx, { userId, name, scopes, expiresAt }, now);
  });
  log.info({ userId, tokenId: token.id, scopes: token.scopes }, 'API token created');
  return token;
}

/** The session of the browser that asks. @throws ForbiddenError `session_required` for tokens: one must not make or widen another */
export function requireSession(session: Session | null): Session {
  if (session === null) throw new ForbiddenError('session_required');
  return session;
}

/** The id of the user who asks. @throws AuthenticationError for the operator and plugins, who are no user */
export function requireUser(userId: Id | null): Id {
  if (userId === null) throw new AuthenticationError('not_signed_in');
  return userId;
}

async function ownAccount({ database }: OwnAccessParts, id: Id): Promise<Account> {
  const account = await findAccount(database.knex, id);
  if (account === null) throw new NotFoundError('user_not_found');
  return account;
}

function wrongOldPassword(): ValidationError {
  const errors = [{ pointer: '/oldPassword', code: 'wrong_password', message: 'is not your password' }];
  return new ValidationError('not_valid', {}, { errors });
}

function scopeProblems(generation: Generation, scopes: readonly string[]) {
  const known = new Set<string>(['*', 'read', ...generation.permissions.keys()]);
  return scopes.flatMap((scope, place) =>
    known.has(scope)
      ? []
      : [{ pointer: `/scopes/${place}`, code: 'unknown_scope', message: `${scope} is no permission` }],
  );
}

function endProblems(expiresAt: Date | null, now: Date) {
  if (expiresAt === null || expiresAt > now) return [];
  return [{ pointer: '/expiresAt', code: 'in_the_past', message: 'is in the past' }];
}
