import 'reflect-metadata';
import type { Config } from '@trellis-crm/config';
import type { Clock } from '@trellis-crm/sdk';
import type { Logger } from 'pino';
import { openWorkspace, type OpenWorkspace } from './composition/open-workspace.js';
import { openDatabase, type Database } from './database/index.js';
import { createApp, listen, ReadinessProbes, type HttpServer } from './http/index.js';

/** What a server process is started with. */
export interface ServerOptions {
  readonly config: Config;
  /** Where the database is; the supervisor knows when it is the embedded one. */
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** This process holds old code of a plugin and ought to be replaced by the supervisor. */
  readonly onRestartNeeded?: () => void;
}

/** A server process that answers requests. */
export interface RunningServer {
  readonly port: number;
  readonly workspace: OpenWorkspace;
  /** Takes no new requests, drains what runs for at most 10 s, then closes everything, the database last. */
  stop(): Promise<void>;
}

/** Time that requests under way have when the process stops, in ms. */
const drainMs = 8000;

/** Database → workspace → http: everything a server process does. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const database = openConfiguredDatabase(options.config, options.databaseUrl, options.log);
  try {
    const workspace = await openWorkspace({ ...options, clock: options.clock ?? systemClock, database, serves: true });
    workspace.container.register(ReadinessProbes, { useValue: { name: 'database', check: () => database.ping() } });
    const server = await listen(createApp(workspace), options.config);
    await workspace.startBackground();
    return { port: server.port, workspace, stop: () => stop(server, workspace, database) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The pools a configuration asks for. */
export function openConfiguredDatabase(config: Config, databaseUrl: string, log: Logger): Database {
  return openDatabase(
    {
      url: databaseUrl,
      directUrl: config.databaseDirectUrl,
      canPrepare: config.databasePrepare,
      poolSize: config.databasePoolSize,
    },
    log,
  );
}

/** The clock on the wall. */
export const systemClock: Clock = { now: () => new Date() };

async function stop(server: HttpServer, workspace: OpenWorkspace, database: Database): Promise<void> {
  await Promise.all([server.close(drainMs), workspace.close()]);
  await database.close();
}
