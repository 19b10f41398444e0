import type { Config } from '@trellis-crm/config';
import type { BaseLogger } from 'pino';
import { openDatabase, type Database, type DatabaseOptions } from './database.js';
import { startEmbedded } from './embedded/embedded-database.js';
import { checkServer } from './server-check.js';

/** The database that the configuration names, ready to be used by this process. */
export interface ConfiguredDatabase {
  readonly database: Database;
  readonly options: DatabaseOptions;
  /** Folder of the embedded database; undefined with DATABASE_URL. */
  readonly home: string | undefined;
  /** Calls back when this process has to start anew to reach the database again. */
  onGone(listener: (error: Error) => void): void;
  /** Closes the pools; stops the embedded database when nobody else uses it. */
  close(): Promise<void>;
}

/**
 * Opens the configured database: the embedded one is started or joined, another one is checked first.
 * @throws StartError when it cannot be used
 */
export async function openConfiguredDatabase(config: Config, log: BaseLogger): Promise<ConfiguredDatabase> {
  const embedded = config.databaseUrl === undefined ? await startEmbedded({ dataDir: config.dataDir, log }) : undefined;
  const options: DatabaseOptions = {
    url: config.databaseUrl ?? embedded?.url ?? '',
    directUrl: config.databaseDirectUrl,
    canPrepare: config.databasePrepare,
    poolSize: config.databasePoolSize,
    slowQueryMs: config.slowQueryMs,
  };
  if (embedded === undefined) await warn(options, log);
  const database = openDatabase(options, log);
  return {
    database,
    options,
    home: embedded?.place.home,
    onGone: (listener) => embedded?.onGone(listener),
    async close() {
      try {
        await database.close();
      } finally {
        await embedded?.release();
      }
    },
  };
}

async function warn(options: DatabaseOptions, log: BaseLogger): Promise<void> {
  const { warnings } = await checkServer(options);
  for (const warning of warnings) log.warn(warning);
}
