import type { Config } from '@trellis-crm/config';
import type { Clock, Context, TransactionContext, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Logger } from 'pino';
import type { DependencyContainer } from 'tsyringe';
import type { Database } from '../database/database.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { ContextScope } from '../kernel/callback.js';
import type { Generation } from '../kernel/generation.js';

/** One database, its enabled plugins and settings. Everything hangs on one of these; nothing is global. */
export interface Workspace {
  readonly config: Config;
  readonly database: Database;
  readonly log: Logger;
  readonly clock: Clock;
  /** Services of the rooms, one instance per workspace, by the tokens each room exports. */
  readonly container: DependencyContainer;
  /** The registries that new calls use. */
  generation(): Generation;
  /** Facts from the workspace settings, cached and refreshed within 1 s of a change in any process. */
  info(): WorkspaceInfo;
  /** A context for one call into a module. */
  context(scope: ContextScope): Context;
  /** Runs in a transaction; with `scope.unit` set it joins that one. */
  transaction<T>(scope: ContextScope, work: (tx: TransactionContext, unit: UnitOfWork) => Promise<T>): Promise<T>;
}
