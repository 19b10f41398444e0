import { instanceCachingFactory } from 'tsyringe';
import { Passwords } from '../auth/index.js';
import { runUnit } from '../database/unit-of-work.js';
import type { CallRunner, ModuleContexts } from '../kernel/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { createDemoData, DemoData } from './demo-data.js';

/** What demo data needs that is not in the workspace's container. */
export interface DemoSurroundings {
  readonly calls: CallRunner;
  contexts(): ModuleContexts;
  wakeRelay(): void;
}

/** Puts {@link DemoData} into the workspace's container. Needs {@link Passwords} there. */
export function registerDemoData(workspace: Workspace, { calls, contexts, wakeRelay }: DemoSurroundings): void {
  const { container, database, clock, log } = workspace;
  container.register(DemoData, {
    useFactory: instanceCachingFactory((inner) =>
      createDemoData({
        knex: database.work,
        clock,
        log,
        calls,
        contexts,
        passwords: inner.resolve(Passwords),
        generation: () => workspace.generation(),
        info: () => workspace.info(),
        transaction: (work) => runUnit(database.work, wakeRelay, work),
      }),
    ),
  });
}
