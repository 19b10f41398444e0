import { instanceCachingFactory } from 'tsyringe';
import { SetupState } from '../http/tokens.js';
import type { Workspace } from '../workspace/workspace.js';
import { SetupHooks } from './setup-hooks.js';
import { createSetup, Setup } from './setup.js';

/** Puts the set-up into the workspace's container, where the pipeline finds it too. */
export function registerSetup(workspace: Workspace, hooks: SetupHooks): void {
  workspace.container.register(SetupHooks, { useValue: hooks });
  workspace.container.register(Setup, { useFactory: instanceCachingFactory(() => createSetup(workspace)) });
  workspace.container.register(SetupState, { useToken: Setup });
}
