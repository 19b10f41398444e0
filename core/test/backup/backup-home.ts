import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createBackup, restoreBackup } from '../../dist/backup/index.js';
import { createTestClock } from '../../dist/testing/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { hostConfig, hostTemplate, openHost, type HostPlan } from '../../dist/testing/test-template.js';

type Opened = Awaited<ReturnType<typeof openHost>>;

/** Databases, workspaces and files for one suite; all of it goes with `close`. */
export class BackupHome {
  readonly #open: Opened[] = [];
  readonly #clients: pg.Client[] = [];
  readonly #databases: TestDatabase[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<BackupHome> {
    return new BackupHome(await mkdtemp(join(tmpdir(), 'trellis-backup-')));
  }

  /** A database with core's tables and the people of a test host. */
  async filledDatabase(): Promise<TestDatabase> {
    return this.#keep(await createTestDatabase({ template: hostTemplate(this.planOf('template')) }));
  }

  async emptyDatabase(): Promise<TestDatabase> {
    return this.#keep(await createTestDatabase());
  }

  /** The workspace of a database, with a data folder of the given name. */
  async workspace(database: TestDatabase, name: string, serves = false): Promise<Opened> {
    const opened = await openHost(database.url, this.planOf(name), serves);
    this.#open.push(opened);
    return opened;
  }

  async client(database: TestDatabase): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async backUp(database: TestDatabase, name: string, file: string, withKey = false) {
    return createBackup(this.path(file), { client: await this.client(database), folders: this.folders(name), withKey });
  }

  async restore(database: TestDatabase, name: string, file: string) {
    const client = await this.client(database);
    return restoreBackup(this.path(file), { client, folders: this.folders(name), now: new Date(), isHeld: true });
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  folders(name: string) {
    const { dataDir, pluginsDir } = this.planOf(name).config;
    return { dataDir, pluginsDir };
  }

  planOf(name: string): HostPlan {
    return { folders: [], enable: false, config: hostConfig([], this.path(name)), clock: createTestClock() };
  }

  async closeWorkspaces(): Promise<void> {
    for (const { workspace, database } of this.#open.splice(0)) {
      await workspace.close();
      await database.close();
    }
  }

  async close(): Promise<void> {
    await this.closeWorkspaces();
    for (const client of this.#clients) await client.end();
    for (const database of this.#databases) await database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #keep(database: TestDatabase): TestDatabase {
    this.#databases.push(database);
    return database;
  }
}
