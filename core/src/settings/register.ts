import { instanceCachingFactory } from 'tsyringe';
import { Signals } from '../database/signals.js';
import type { Workspace } from '../workspace/workspace.js';
import { createSettings, Settings } from './settings.js';

/** Puts the settings into the workspace's container. Needs {@link Signals} there; call {@link Settings.refresh} before serving. */
export function registerSettings({
  container,
  database,
  clock,
  config,
  log,
}: Pick<Workspace, 'container' | 'database' | 'clock' | 'config' | 'log'>): void {
  container.register(Settings, {
    useFactory: instanceCachingFactory((inner) =>
      createSettings({ database, clock, config, log, signals: inner.resolve(Signals) }),
    ),
  });
}
