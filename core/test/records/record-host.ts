import {
  Account,
  Activity,
  Contact,
  Team,
  User,
  type EntityDefinition,
  type PermissionKey,
  type Reach,
  type Records,
  type QueryOf,
} from '@trellis-crm/sdk';
import type { Identity } from '../../dist/auth/identity.js';
import type { Database } from '../../dist/database/index.js';
import { runUnit, type UnitOfWork } from '../../dist/database/unit-of-work.js';
import type { Generation } from '../../dist/kernel/generation.js';
import type { Guard } from '../../dist/kernel/registrations.js';
import { compileEntity, createRecordRoom, type CompiledEntity, type RecordRoom } from '../../dist/records/index.js';
import { accountExtension, Batch, Method, Sample } from './lab.js';
import { openRecordDatabase } from './record-database.js';

/** The record layer on a database of its own, without the rest of the core. */
export interface RecordHost {
  readonly database: Database;
  readonly room: RecordRoom;
  readonly generation: Generation;
  readonly clock: { now(): Date; advance(ms: number): void };
  records<E extends EntityDefinition>(entity: E, identity?: Identity, options?: CallOptions): Records<E>;
  query<E extends EntityDefinition>(entity: E, identity?: Identity): QueryOf<E>;
  tx<T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T>;
  entity(definition: EntityDefinition): CompiledEntity;
  /** Guards by `<entity>:<verb>`; tests add theirs. */
  readonly guards: Map<string, readonly Guard[]>;
  /** Everything sent to the database meanwhile, BEGIN and COMMIT too. */
  sentBy(work: () => Promise<unknown>): Promise<readonly string[]>;
  /** The same without those two. */
  statementsOf(work: () => Promise<unknown>): Promise<readonly string[]>;
  count(table: string): Promise<number>;
  /** Waits until some statement waits for a lock, or `work` is over without. */
  untilBlocked(work: Promise<unknown>): Promise<void>;
  /** Audit rows of a record, oldest first. */
  audit(recordId: string, verb?: string): Promise<readonly AuditRow[]>;
  /** Events of a record, oldest first. */
  events(recordId: string): Promise<readonly EventRow[]>;
  close(): Promise<void>;
}

/** A row of `core.audit_log` as tests look at it. */
export interface AuditRow {
  readonly [column: string]: unknown;
  readonly changes: Readonly<Record<string, unknown>>;
}

/** A row of `core.events` as tests look at it. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly change_set: string;
}

export interface CallOptions {
  readonly isElevated?: boolean;
  readonly unit?: UnitOfWork;
}

/** Somebody who may do everything. */
export const operator: Identity = identityOf({ kind: 'operator', id: 'operator', reach: () => 'all' });

/** Makes an identity; a reach for all rights, or by right. */
export function identityOf(overrides: Partial<Identity> = {}): Identity {
  return {
    kind: 'user',
    id: overrides.userId ?? 'nobody',
    name: 'Test',
    userId: null,
    teamId: null,
    locale: 'en',
    timeZone: 'UTC',
    teamIds: [],
    subtreeTeamIds: [],
    roleKey: null,
    scopes: null,
    onBehalfOf: null,
    reach: () => null,
    ...overrides,
  };
}

/** Reaches by right; rights that are not named are not held. */
export function reaches(grants: Readonly<Record<string, Reach>>): (permission: PermissionKey) => Reach | null {
  return (permission) => grants[permission] ?? null;
}

/** The first records of an answer, for destructuring; a test that takes one that is not there fails where it uses it. */
export function known<T>(list: readonly T[]): readonly [T, T, T, T] {
  return list as unknown as readonly [T, T, T, T];
}

export async function openRecordHost(): Promise<RecordHost> {
  const database = await openRecordDatabase();
  const extensions = [{ ...accountExtension, plugin: 'lab' }];
  const definitions: readonly EntityDefinition[] = [Account, Contact, Activity, User, Team, Batch, Method, Sample];
  const entities = new Map(definitions.map((definition) => [definition.id, compileEntity(definition, extensions)]));
  const guards = new Map<string, readonly Guard[]>();
  let now = Date.parse('2026-03-01T10:00:00.000Z');
  const clock = { now: () => new Date(now), advance: (ms: number) => void (now += ms) };
  const room = createRecordRoom({
    database,
    clock,
    wakeRelay: () => undefined,
    phoneCountry: () => 'DE',
    calendarRules: () => ({ weekStart: 'monday', fiscalYearStart: 4 }),
    runGuard: (guard, changes) => guard.check({} as Parameters<Guard['check']>[0], changes),
  });
  const generation = {
    entities,
    guards,
    endpoints: [...[...entities.values()].flatMap((entity) => room.entityEndpoints(entity)), ...room.endpoints],
  } as unknown as Generation;
  const tx = <T>(work: (unit: UnitOfWork) => Promise<T>): Promise<T> => runUnit(database.knex, () => undefined, work);
  const callOf = (identity: Identity, { isElevated = false, unit }: CallOptions) => ({
    generation,
    identity,
    requestId: 'test-request',
    isElevated,
    unit: () => unit ?? null,
    transact: <T>(work: (opened: UnitOfWork) => Promise<T>) => (unit === undefined ? tx(work) : work(unit)),
    assertLive: () => undefined,
  });
  return {
    database,
    room,
    generation,
    clock,
    guards,
    tx,
    records: (entity, identity = operator, options = {}) => room.records(callOf(identity, options), entity),
    query: (entity, identity = operator) => room.query(callOf(identity, {}), entity),
    entity(definition) {
      const entity = entities.get(definition.id);
      if (entity === undefined) throw new Error(`no entity ${definition.id}`);
      return entity;
    },
    sentBy: (work) => sentBy(database, work),
    async statementsOf(work) {
      return (await sentBy(database, work)).filter((text) => !/^(BEGIN|COMMIT)/i.test(text));
    },
    async count(table) {
      const { rows } = await database.knex.raw<{ rows: readonly { n: number }[] }>(
        `select count(*) as n from ${table}`,
      );
      return rows[0]?.n ?? 0;
    },
    async untilBlocked(work) {
      const outcome = { isKnown: false };
      work.finally(() => (outcome.isKnown = true)).catch(() => undefined);
      while (!outcome.isKnown && (await blockedIn(database)) === 0);
    },
    audit: (recordId, verb) =>
      database
        .knex('core.audit_log')
        .where({ record_id: recordId, ...(verb === undefined ? {} : { verb }) })
        .orderBy('id')
        .select<AuditRow[]>(),
    events: (recordId) =>
      database.knex('core.events').where({ order_key: recordId }).orderBy('position').select<EventRow[]>(),
    close: () => database.close(),
  };
}

async function blockedIn({ knex }: Database): Promise<number> {
  const { rows } = await knex.raw<{ rows: readonly { n: number }[] }>(
    `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? 0;
}

async function sentBy({ knex }: Database, work: () => Promise<unknown>): Promise<readonly string[]> {
  const sent: string[] = [];
  const note = ({ sql }: { sql: string }): void => void sent.push(sql);
  knex.on('query', note);
  await work().finally(() => knex.off('query', note));
  return sent;
}
