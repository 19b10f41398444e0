import { instanceCachingFactory } from 'tsyringe';
import type { Workspace } from '../workspace/workspace.js';
import { createUserAccess, UserAccess } from './user-access.js';

/** Puts the access of users into the workspace's container. */
export function registerUsers(workspace: Workspace): void {
  workspace.container.register(UserAccess, { useFactory: instanceCachingFactory(() => createUserAccess(workspace)) });
}
