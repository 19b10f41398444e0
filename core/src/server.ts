import 'reflect-metadata';
import type { Config } from '@trellis-crm/config';
import { prepareFirstRun } from './composition/first-run.js';
import { openWorkspace, type OpenWorkspace, type WorkspaceOptions } from './composition/open-workspace.js';
import { startAnew } from './composition/start-anew.js';
import { systemClock } from './composition/system-clock.js';
import { openConfiguredDatabase, type ConfiguredDatabase } from './database/configured-database.js';
import { createApp, listen, type HttpServer } from './http/index.js';
import { createLog } from './logging/create-log.js';

/** One process that serves requests. */
export interface RunningServer {
  /** Where people on this machine reach it. */
  readonly url: string;
  readonly workspace: OpenWorkspace;
  /** Stops listening, finishes what runs, and ends every connection, the database's last. */
  stop(): Promise<void>;
}

/** Time that requests under way have when the process stops, in ms. */
const drainMs = 8000;

/** What a supervisor tells and gives a process. */
export interface ServerStart extends Pick<WorkspaceOptions, 'incidents' | 'runningCalls' | 'succession'> {
  /** When the start began that this process is part of. */
  readonly startedAt?: Date;
  /** Descriptors of the socket that is bound to the address already; none: this process binds it. */
  readonly descriptors?: readonly number[];
}

/** Starts serving, in this process: database → workspace → http. @throws StartError, or what `listen` failed with */
export async function startServer(config: Config, start: ServerStart = {}): Promise<RunningServer> {
  const { startedAt = new Date(), descriptors = [], ...told } = start;
  const log = createLog(config, 'server');
  const opened = await openConfiguredDatabase(config, log);
  const restart = startAnew(log);
  opened.onGone(restart.withoutDatabase);
  try {
    const { database } = opened;
    const workspace = await openWorkspace({
      config,
      log,
      database,
      clock: systemClock,
      serves: true,
      onRestartNeeded: restart.withNewCode,
      ...told,
    });
    const server = await listen(createApp(workspace), descriptors.length === 0 ? config : { descriptors });
    await workspace.startBackground();
    const url = urlOf(server, config);
    for (const line of await prepareFirstRun(workspace, url, startedAt)) process.stdout.write(`${line}\n`);
    return { url, workspace, stop: () => stop(server, workspace, opened) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function stop(server: HttpServer, workspace: OpenWorkspace, opened: ConfiguredDatabase): Promise<void> {
  try {
    await Promise.all([server.close(drainMs), workspace.close()]);
  } finally {
    // However the database fails meanwhile: an embedded one that nobody needs is not left behind.
    await opened.close();
  }
}

function urlOf({ port }: HttpServer, { host }: Config): string {
  const isLocal = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host);
  return `http://${isLocal ? 'localhost' : host}:${port}`;
}
