import type { Knex } from 'knex';
import type { Identity } from '../auth/identity.js';
import { runUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { RecordScope as RecordCall } from '../kernel/context-parts.js';
import type { ModuleContexts } from '../kernel/contexts.js';
import type { Generation } from '../kernel/generation.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { recordScope, type RecordScope, type RecordWorld } from '../records/record-scope.js';
import type { ImportRun } from './engine/import-course.js';
import type { ChunkPorts } from './engine/import-ports.js';
import { externalIdsOf } from './external-id-store.js';
import { importRecords } from './record-access.js';

/** What the transactions of an import are made of. */
export interface TransactionParts {
  /** The work pool: a set of rows takes longer than a request may. */
  readonly knex: Knex;
  readonly world: RecordWorld;
  contexts(): ModuleContexts;
  wakeRelay(): void;
}

/** Whose import it is, and when it must stop. */
export interface ImportSession {
  readonly identity: Identity;
  readonly generation: Generation;
  readonly signal: AbortSignal;
}

/** Transactions of an import: as its actor, within its change set, with the rights of a person who may import. */
export function importTransactions(parts: TransactionParts, session: ImportSession): ImportRun['transaction'] {
  return (record, work) =>
    runUnit(
      parts.knex,
      () => parts.wakeRelay(),
      (unit) => work(unit.trx, portsOf(parts, session, unit, record.mapping.source)),
      record.changeSetId,
    );
}

function portsOf(parts: TransactionParts, session: ImportSession, unit: UnitOfWork, source: string): ChunkPorts {
  const { generation, identity, signal } = session;
  const call = callOf(session, unit);
  const scopeOf = (entity: CompiledEntity): RecordScope =>
    recordScope(parts.world, call, entity.definition.module, true);
  return {
    records: importRecords(scopeOf),
    externalIds: externalIdsOf(unit.trx, source),
    entity: (id) => generation.entities.get(id),
    contextOf: ({ transform }) =>
      parts.contexts().create({ generation, module: transform?.module ?? 'core', identity, unit, signal }),
  };
}

function callOf({ generation, identity, signal }: ImportSession, unit: UnitOfWork): RecordCall {
  return {
    generation,
    identity,
    requestId: null,
    isElevated: false,
    unit: () => unit,
    transact: (work) => work(unit),
    assertLive: () => signal.throwIfAborted(),
  };
}
