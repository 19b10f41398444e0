import type { Clock, WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import type { UnitOfWork } from '../../database/unit-of-work.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { CallRunner } from '../call-runner.js';
import type { ModuleContexts } from '../contexts.js';
import type { Generations } from '../generations.js';
import type { Registrations } from '../registrations.js';
import type { Incident } from './incident.js';

/** What the other rooms do, in the transaction that changes a plugin's state. */
export interface ModuleWork {
  /** Deliveries, jobs and schedules rest from the commit on. */
  pause(unit: UnitOfWork, module: string): Promise<void>;
  /** Has those who run the workspace hear that a module was stopped for its faults. */
  quarantined(unit: UnitOfWork, module: string): Promise<void>;
  /** Ends `pause`. */
  resume(unit: UnitOfWork, module: string): Promise<void>;
  /** Makes subscriptions and schedules in the database those the module registered. */
  sync(unit: UnitOfWork, registrations: Registrations): Promise<void>;
  /** Takes subscriptions, deliveries, schedules and waiting jobs out. */
  remove(unit: UnitOfWork, module: string): Promise<void>;
  /** Deletes what other rooms say of the records of a module that is deleted for good. */
  purge(trx: Knex.Transaction, module: string): Promise<void>;
  /** Takes admins' deviations from the preset grants out. @returns them as plain data */
  takeGrants(unit: UnitOfWork, module: string): Promise<readonly object[]>;
  /** Puts back what `takeGrants` returned. */
  giveGrants(unit: UnitOfWork, grants: readonly object[]): Promise<void>;
}

/** What the lifecycle of plugins is made of; the composition root hands it over. */
export interface LifecycleParts {
  readonly database: Database;
  readonly log: Logger;
  readonly clock: Clock;
  readonly calls: CallRunner;
  readonly contexts: ModuleContexts;
  readonly generations: Generations;
  /** Module zero. */
  readonly core: Registrations;
  /** Folder for installed copies and exports. */
  readonly dataDir: string;
  /** Folder whose sub-folders are offered as plugins and run where they are. */
  readonly pluginsDir: string;
  /** `serves`: answers requests, so that others wait for it; a command does not. */
  readonly process: { readonly id: string; readonly version: string; readonly serves: boolean };
  readonly work: ModuleWork;
  /** How the processes before this one ended, told by the supervisor. */
  readonly incidents?: readonly Incident[];
  info(): WorkspaceInfo;
  wakeRelay(): void;
  /** What the tables of entities lack compared with their declaration, in words for people. */
  checkTables(entities: readonly CompiledEntity[]): Promise<readonly string[]>;
  /** Gives the tables of entities about to be served what core itself keeps in them. */
  readyTables(entities: readonly CompiledEntity[]): Promise<void>;
  /** This process holds old code of a plugin and ought to be replaced. */
  onRestartNeeded(): void;
}
