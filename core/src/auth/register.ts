import { instanceCachingFactory } from 'tsyringe';
import { Signals } from '../database/signals.js';
import { registerUsers } from '../users/register.js';
import type { Workspace } from '../workspace/workspace.js';
import { AttemptLimiter, createAttemptLimiter } from './attempt-limiter.js';
import { Authenticator } from './authenticator.js';
import { DatabaseAuthenticator } from './database-authenticator.js';
import { createLinkUse, LinkUse } from './link-use.js';
import { createPasswords, Passwords } from './passwords.js';
import { createRoles, Roles } from './roles.js';
import { createSignIn, SignIn } from './sign-in.js';

/** Puts the services of access, those of users included, into the workspace's container. Needs {@link Signals} there. */
export function registerAuth(workspace: Workspace): void {
  const { container, clock, log } = workspace;
  const { knex } = workspace.database;
  registerUsers(workspace);
  container.register(Passwords, { useFactory: instanceCachingFactory(() => createPasswords()) });
  container.register(AttemptLimiter, { useFactory: instanceCachingFactory(() => createAttemptLimiter(knex)) });
  container.register(SignIn, {
    useFactory: instanceCachingFactory((inner) =>
      createSignIn({
        knex,
        clock,
        log,
        passwords: inner.resolve(Passwords),
        limiter: inner.resolve(AttemptLimiter),
        authenticator: inner.resolve(Authenticator),
      }),
    ),
  });
  container.register(LinkUse, {
    useFactory: instanceCachingFactory((inner) => createLinkUse(workspace, inner.resolve(Passwords))),
  });
  container.register(Roles, {
    useFactory: instanceCachingFactory((inner) => createRoles(knex, clock, inner.resolve(Signals))),
  });
  container.register(Authenticator, {
    useFactory: instanceCachingFactory((inner) => {
      const signals = inner.resolve(Signals);
      return new DatabaseAuthenticator({
        knex,
        clock,
        log,
        signals,
        roles: inner.resolve(Roles),
        info: () => workspace.info(),
      });
    }),
  });
}
