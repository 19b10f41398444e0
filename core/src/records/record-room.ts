import type { Clock, EntityDefinition, GuardedChange, QueryOf, Reach, Records } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import { joinUnit, runUnit, type CurrentUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import { SchemaChecks } from '../http/validation.js';
import type { RecordScope as RecordCall } from '../kernel/context-parts.js';
import type { Generation } from '../kernel/generation.js';
import type { Guard } from '../kernel/registrations.js';
import type { CompiledEntity } from './compiled-entity.js';
import type { CalendarRules } from './conditions/calendar.js';
import { openApiEndpoint } from './openapi-endpoint.js';
import { recordEndpoints } from './record-endpoints.js';
import { recordScope, type RecordScope, type RecordWorld } from './record-scope.js';
import { createRecordQuery, createRecordStore } from './record-store.js';
import { belongingOf, isWithinReach } from './rights.js';
import { recentEndpoint } from './recent/recent-endpoint.js';
import { searchEndpoint } from './search/search-endpoint.js';

/** What the record layer needs of a workspace. */
export interface RecordParts {
  readonly database: { readonly knex: Knex; readonly units: CurrentUnit };
  readonly clock: Clock;
  /** Wakes the event relay of this process after a commit that stored events. */
  wakeRelay(): void;
  /** ISO 3166 code of the country whose phone numbers may be written without country code; null: none. */
  phoneCountry(): string | null;
  /** What the workspace says about weeks and years. */
  calendarRules(): CalendarRules;
  /** Calls a guard as the module it belongs to, in the unit. */
  runGuard(guard: Guard, changes: readonly GuardedChange<unknown>[], call: RecordCall, unit: UnitOfWork): Promise<void>;
}

/** The record layer of one workspace, in the parts the kernel and the pages ask for. */
export interface RecordRoom {
  records<E extends EntityDefinition>(call: RecordCall, entity: E): Records<E>;
  query<E extends EntityDefinition>(call: RecordCall, entity: E): QueryOf<E>;
  isWithinReach(identity: Identity, reach: Reach, record: object): boolean;
  /** REST of one entity. */
  entityEndpoints(entity: CompiledEntity): readonly Endpoint[];
  /** `/api/v1/openapi.json`, `/api/v1/search` and `/api/v1/me/recent`. */
  readonly endpoints: readonly Endpoint[];
  /** The call of a request that acts for its own actor: in the unit the request is in, else each use in a transaction of its own. */
  readonly callOf: (request: Caller) => RecordCall;
  readonly world: RecordWorld;
}

type Caller = Pick<EndpointRequest, 'generation' | 'identity' | 'requestId'>;

/** Wires the record layer. */
export function createRecordRoom(parts: RecordParts): RecordRoom {
  const checks = new WeakMap<Generation, SchemaChecks>();
  const world: RecordWorld = {
    ...parts,
    checksOf(generation) {
      const known = checks.get(generation) ?? new SchemaChecks();
      checks.set(generation, known);
      return known;
    },
  };
  const { knex, units } = parts.database;
  const callOf = ({ generation, identity, requestId }: Caller): RecordCall => ({
    generation,
    identity,
    requestId,
    isElevated: false,
    unit: () => units.getStore() ?? null,
    transact(work) {
      const unit = units.getStore();
      return unit === undefined ? runUnit(knex, () => parts.wakeRelay(), work) : joinUnit(unit, () => work(unit));
    },
    assertLive: () => undefined,
  });
  const scopeOf = (request: Caller): RecordScope => recordScope(world, callOf(request), 'core');
  return {
    records: (call, entity) => createRecordStore(world, call, entity),
    query: (call, entity) => createRecordQuery(world, call, entity),
    isWithinReach: (identity, reach, record) => isWithinReach(identity, reach, belongingOf(record)),
    entityEndpoints: (entity) => recordEndpoints({ world, entity, callOf }),
    endpoints: [openApiEndpoint(), searchEndpoint(scopeOf), recentEndpoint(scopeOf)],
    callOf,
    world,
  };
}
