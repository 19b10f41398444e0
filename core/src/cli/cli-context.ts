import { inspectConfig, type Config, type ConfigOrigins } from '@trellis-crm/config';
import type { Logger } from 'pino';
import type { OpenWorkspace } from '../composition/open-workspace.js';
import { openConfiguredDatabase, type ConfiguredDatabase } from '../database/configured-database.js';
import { createLog } from '../logging/create-log.js';
import { Output } from './output.js';

/** What a command works with. Nothing is read or opened before a command asks for it. */
export class CliContext {
  readonly output = new Output();
  #loaded: { config: Config; origins: ConfigOrigins } | undefined;
  #opened: Promise<ConfiguredDatabase> | undefined;
  #workspace: Promise<OpenWorkspace> | undefined;
  #overrides: Readonly<Record<string, unknown>> = {};

  /** @param root folder of the installation; paths that a person types are relative to the working folder instead */
  constructor(readonly root: string) {}

  /** The same configuration as the server's. @throws StartError */
  get config(): Config {
    return this.#load().config;
  }

  /** Where the settings that are not at their default come from. */
  get origins(): ConfigOrigins {
    return this.#load().origins;
  }

  get log(): Logger {
    return createLog(this.config, 'cli');
  }

  /** Lets options of the command line win; before the configuration is used. */
  override(values: Readonly<Record<string, unknown>>): void {
    this.#overrides = { ...this.#overrides, ...values };
    this.#loaded = undefined;
  }

  /** The database of the installation: the one that runs is joined, else it is started until the command ends. */
  database(): Promise<ConfiguredDatabase> {
    this.#opened ??= openConfiguredDatabase(this.config, this.log);
    return this.#opened;
  }

  /** The workspace with its plugins, for commands that act on it; it serves nobody. */
  workspace(): Promise<OpenWorkspace> {
    this.#workspace ??= this.#openWorkspace();
    return this.#workspace;
  }

  /** Gives back whatever was opened; the last thing a command line does. */
  async close(): Promise<void> {
    const workspace = await this.#workspace?.catch(() => undefined);
    await workspace?.close();
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }

  /** Loaded late: most commands need none of it, and help has to be quick. */
  async #openWorkspace(): Promise<OpenWorkspace> {
    await import('reflect-metadata');
    const { openWorkspace } = await import('../composition/open-workspace.js');
    const { database } = await this.database();
    const clock = { now: () => new Date() };
    return openWorkspace({ config: this.config, database, log: this.#quietLog(), clock, serves: false });
  }

  /** A command tells what it did itself; its log is for what goes wrong, unless more was asked for. */
  #quietLog(): Logger {
    const { log } = this;
    if (log.level === 'info') log.level = 'warn';
    return log;
  }

  #load(): { config: Config; origins: ConfigOrigins } {
    this.#loaded ??= inspectConfig({ root: this.root, overrides: this.#overrides });
    return this.#loaded;
  }
}
