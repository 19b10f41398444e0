import { instanceCachingFactory } from 'tsyringe';
import { Signals } from '../database/signals.js';
import { Settings } from '../settings/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { createSavedViews, SavedViews } from './view-service.js';

/** Puts {@link SavedViews} into the workspace's container. Needs {@link Signals} and {@link Settings} there. */
export function registerSavedViews({
  container,
  database,
  clock,
}: Pick<Workspace, 'container' | 'database' | 'clock'>): void {
  container.register(SavedViews, {
    useFactory: instanceCachingFactory((inner) =>
      createSavedViews({
        knex: database.knex,
        clock,
        signals: inner.resolve(Signals),
        settings: () => inner.resolve(Settings).current(),
      }),
    ),
  });
}
