import type {
  Clock,
  EntityDefinition,
  EventDefinition,
  Format,
  NewMail,
  Notice,
  NoticeReceiver,
  QueryOf,
  Reach,
  Records,
  WorkspaceInfo,
} from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Identity } from '../auth/identity.js';
import type { Database } from '../database/database.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { CallRunner } from './call-runner.js';
import type { Generation } from './generation.js';

/** What the record layer needs to read and write for one context. */
export interface RecordScope {
  readonly generation: Generation;
  readonly identity: Identity;
  readonly requestId: string | null;
  /** Own entities without the generic rights, read-only fields included. */
  readonly isElevated: boolean;
  /** Transaction under way, or null. */
  unit(): UnitOfWork | null;
  /** Joins the transaction under way or opens one. */
  transact<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
  /** Called before each statement. @throws UnavailableError `context_expired` */
  assertLive(): void;
}

/** A job to enqueue; with `trx` it exists only if that transaction commits. */
export interface JobRequest {
  readonly module: string;
  readonly name: string;
  readonly payload: object;
  readonly key?: string;
  readonly runAt?: string;
}

/** What contexts are made of; the rooms behind it are wired by the composition root. */
export interface ContextParts {
  readonly database: Database;
  readonly log: Logger;
  readonly clock: Clock;
  readonly calls: CallRunner;
  info(): WorkspaceInfo;
  /** Wakes the event relay of this process after a commit that stored events. */
  wakeRelay(): void;
  records<E extends EntityDefinition>(scope: RecordScope, entity: E): Records<E>;
  query<E extends EntityDefinition>(scope: RecordScope, entity: E): QueryOf<E>;
  /** Whether a record lies within a reach of the actor. */
  isWithinReach(identity: Identity, reach: Reach, record: object): boolean;
  appendEvent(
    unit: UnitOfWork,
    event: EventDefinition,
    payload: Readonly<Record<string, unknown>>,
    identity: Identity,
  ): Promise<void>;
  enqueue(connection: Knex, job: JobRequest): Promise<void>;
  /** Stores a mail of a module; with a transaction it exists only if that commits. @returns whether there was something to send */
  sendMail(
    connection: Knex,
    by: { readonly generation: Generation; readonly module: string; readonly identity: Identity },
    mail: NewMail,
  ): Promise<boolean>;
  /** Stores that somebody is to be told something. @throws PluginError `kind_not_declared` */
  notify(
    unit: UnitOfWork,
    by: { readonly generation: Generation; readonly module: string; readonly identity: Identity },
    order: { readonly to: NoticeReceiver; readonly kind: string; readonly notice: Notice },
  ): Promise<void>;
  /** Formats for the language and time zone of the actor. */
  format(generation: Generation, identity: Identity): Format;
  translate(
    generation: Generation,
    locale: string,
    module: string,
    key: string,
    values?: Readonly<Record<string, unknown>>,
  ): string;
}
