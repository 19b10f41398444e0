import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { loadConfig } from '@trellis-crm/config';

import type * as Server from '../../core/dist/server.js';
import type * as Setup from '../../core/dist/setup/index.js';
import type * as Testing from '../../core/dist/testing/index.js';

/** A server on an empty database, as it is after the very first start. */
export interface FreshServer {
  readonly url: string;
  /** The code that the terminal shows. */
  readonly setupCode: string;
  stop(): Promise<void>;
}

/** Starts it, in this process, with the plugins of this repository at hand. */
export async function startFreshServer(): Promise<FreshServer> {
  const { createTestDatabase } = await load<typeof Testing>('testing/index.js');
  const { startServer } = await load<typeof Server>('server.js');
  const { Setup: token } = await load<typeof Setup>('setup/index.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'trellis-fresh-'));
  const database = await createTestDatabase();
  const pluginsDir = fileURLToPath(new URL('../../../plugins', import.meta.url));
  const overrides = { port: 0, dataDir, pluginsDir, databaseUrl: database.url, logLevel: 'silent' } as const;
  const server = await startServer(loadConfig({ env: {}, root: dataDir, overrides }));
  const issued = await server.workspace.container.resolve(token).issueCode();
  return {
    url: server.url,
    setupCode: issued !== null && 'code' in issued ? issued.code : '',
    async stop() {
      await server.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The rooms of core have no public entries, and the compiled test lies one folder deeper than its source. */
async function load<T>(path: string): Promise<T> {
  return (await import(new URL(`../../../core/dist/${path}`, import.meta.url).href)) as T;
}
