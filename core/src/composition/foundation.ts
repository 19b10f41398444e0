import type { Config } from '@trellis-crm/config';
import type { Clock, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Logger } from 'pino';
import { container as root, type DependencyContainer } from 'tsyringe';
import { openSignals, Signals } from '../database/signals.js';
import { loadCoreMigrations, migrate } from '../database/migrator/index.js';
import type { Database } from '../database/index.js';
import { createHold, Hold } from '../hold/index.js';
import type { RunningCalls } from '../kernel/index.js';
import { migrateJobQueue } from '../jobs/queue-schema.js';
import { registerOutbound } from '../outbound/index.js';
import { createSecretBox, SecretBox } from '../secrets/index.js';
import { registerSettings, Settings } from '../settings/index.js';

/** What every room of a workspace stands on: database, settings, signals between processes. */
export interface Foundation {
  readonly config: Config;
  readonly database: Database;
  readonly log: Logger;
  readonly clock: Clock;
  readonly container: DependencyContainer;
  readonly signals: Signals;
  readonly settings: Settings;
  readonly hold: Hold;
  readonly runningCalls?: RunningCalls;
  info(): WorkspaceInfo;
  /** Language and zone of those who have none of their own. */
  place(): { readonly locale: string; readonly timeZone: string };
}

/** What a workspace is opened with. */
export interface FoundationOptions {
  readonly config: Config;
  readonly database: Database;
  readonly log: Logger;
  readonly clock: Clock;
  /** Whose code this process runs; its own books when it has no marker. */
  readonly runningCalls?: RunningCalls;
}

/** Migrates core's tables and the queue's, and reads the settings. @throws PluginError `migration_failed`, `database_newer` … */
export async function layFoundation(options: FoundationOptions): Promise<Foundation> {
  const { database, log } = options;
  await migrateCore(options);
  const container = root.createChildContainer();
  const signals = openSignals(() => database.connectDirect(), log);
  container.register(Signals, { useValue: signals });
  registerSettings({ ...options, container });
  const settings = container.resolve(Settings);
  await settings.refresh();
  const hold = createHold({ knex: database.knex, signals, log });
  await hold.refresh();
  container.register(Hold, { useValue: hold });
  container.register(SecretBox, { useValue: createSecretBox(options.config.dataDir) });
  const info = (): WorkspaceInfo => settings.info();
  registerOutbound({ ...options, container });
  return { ...options, container, signals, settings, hold, info, place: info };
}

async function migrateCore({ database, log }: FoundationOptions): Promise<void> {
  const client = await database.connectDirect();
  try {
    await migrate(client, [await loadCoreMigrations()], { log });
  } finally {
    await client.end();
  }
  await migrateJobQueue(database, log);
}
