import { instanceCachingFactory } from 'tsyringe';
import { Signals } from '../database/signals.js';
import type { Workspace } from '../workspace/workspace.js';
import { Authenticator } from './authenticator.js';
import { DatabaseAuthenticator } from './database-authenticator.js';
import { createPasswords, Passwords } from './passwords.js';
import { createRoles, Roles } from './roles.js';

/** Puts the services of this room into the workspace's container. Needs {@link Signals} there. */
export function registerAuth(workspace: Workspace): void {
  const { container, clock, log } = workspace;
  const { knex } = workspace.database;
  container.register(Passwords, { useFactory: instanceCachingFactory(() => createPasswords()) });
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
