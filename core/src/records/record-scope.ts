import type { Clock, GuardedChange } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { SchemaChecks } from '../http/validation.js';
import type { RecordScope as RecordCall } from '../kernel/context-parts.js';
import type { Generation } from '../kernel/generation.js';
import type { Guard } from '../kernel/registrations.js';
import { calendarOf, type Calendar, type CalendarRules } from './conditions/calendar.js';
import { placeIn, type WritePlace } from './writes/write-place.js';

/** What reading records needs of its surroundings. */
export interface ReadScope {
  readonly generation: Pick<Generation, 'entities' | 'guards'>;
  readonly identity: Identity;
  /** Connection of the reads; the transaction's when there is one. */
  readonly db: Knex;
  /** Module whose own entities need no generic right and whose read-only fields may be written; null: none. */
  readonly elevatedFor: string | null;
  readonly phoneCountry: string | null;
}

/** What reading what somebody asks for needs beside it. */
export interface QueryScope extends ReadScope {
  /** By what the actor's words about days are understood, now. */
  readonly calendar: () => Calendar;
}

/** What writing needs beside it. */
export interface RecordScope extends QueryScope {
  /** Read-only fields may be written under the actor's ordinary rights, as imports do with what modules made of a row. */
  readonly fillsReadOnly: boolean;
  readonly clock: Clock;
  /** Compiled validators of the generation's schemas. */
  readonly checks: SchemaChecks;
  /** Named in audit rows; null outside HTTP. */
  readonly requestId: string | null;
  /** Runs in the transaction under way, or in one of its own. */
  inUnit<T>(work: (scope: WriteScope) => Promise<T>): Promise<T>;
  /** For a change set of one statement: runs it in the transaction under way, or by itself, committed when it succeeds. */
  inStatement<T>(work: (place: WritePlace) => Promise<T>): Promise<T>;
}

/** A scope inside a transaction. */
export interface WriteScope extends RecordScope {
  readonly unit: UnitOfWork;
  /** Calls a guard as the module it belongs to, in this transaction. */
  runGuard(guard: Guard, changes: readonly GuardedChange<unknown>[]): Promise<void>;
}

/** What every scope of a workspace shares. */
export interface RecordWorld {
  readonly database: { readonly knex: Knex };
  readonly clock: Clock;
  /** Wakes the event relay of this process after a commit that stored events. */
  wakeRelay(): void;
  /** ISO 3166 code of the country whose phone numbers may be written without country code; null: none. */
  phoneCountry(): string | null;
  /** What the workspace says about weeks and years. */
  calendarRules(): CalendarRules;
  /** Validators of a generation, kept as long as it lives. */
  checksOf(generation: Generation): SchemaChecks;
  /** Calls a guard as the module it belongs to, in the unit. */
  runGuard(guard: Guard, changes: readonly GuardedChange<unknown>[], call: RecordCall, unit: UnitOfWork): Promise<void>;
}

/** The scope of operations on one entity for a call. */
export function recordScope(world: RecordWorld, call: RecordCall, module: string, fillsReadOnly = false): RecordScope {
  const unit = call.unit();
  const base = {
    generation: call.generation,
    identity: call.identity,
    requestId: call.requestId,
    elevatedFor: call.isElevated ? module : null,
    fillsReadOnly,
    phoneCountry: world.phoneCountry(),
    calendar: () => calendarOf(call.identity, world.clock.now(), world.calendarRules()),
    clock: world.clock,
    checks: world.checksOf(call.generation),
  };
  const within = (opened: UnitOfWork): WriteScope => ({
    ...base,
    unit: opened,
    db: opened.trx,
    inUnit: (work) => work(within(opened)),
    inStatement: (work) => work(placeIn(opened)),
    runGuard: (guard, changes) => world.runGuard(guard, changes, call, opened),
  });
  return {
    ...base,
    // What a failed unit did will not have happened; a page that shows why can still read.
    db: unit === null || unit.isFailed() ? world.database.knex : unit.trx,
    inUnit: (work) => call.transact((opened) => work(within(opened))),
    inStatement: (work) => (unit === null ? work(placeAlone(world)) : call.transact((opened) => work(placeIn(opened)))),
  };
}

/** Each statement is a transaction of its own, so nothing is ever half done. */
function placeAlone(world: RecordWorld): WritePlace {
  return {
    db: world.database.knex,
    changeSetId: uuidV7(),
    eventsStored: () => world.wakeRelay(),
    fail: () => undefined,
  };
}
