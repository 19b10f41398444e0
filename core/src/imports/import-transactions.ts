import type { Knex } from 'knex';
import { runUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { ModuleContexts } from '../kernel/contexts.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { recordScope, type RecordScope, type RecordWorld } from '../records/record-scope.js';
import { tagsPath } from '../records/tags/tag.js';
import { callInUnit, type JobSession } from '../records/unit-call.js';
import type { ImportRun } from './engine/import-course.js';
import type { ChunkPorts } from './engine/import-ports.js';
import { externalIdsOf } from './external-id-store.js';
import type { ImportMapping } from './mapping/mapping.js';
import { importRecords } from './record-access.js';

/** What the transactions of an import are made of. */
export interface TransactionParts {
  /** The work pool: a set of rows takes longer than a request may. */
  readonly knex: Knex;
  readonly world: RecordWorld;
  contexts(): ModuleContexts;
  wakeRelay(): void;
}

/** Transactions of an import: as its actor, within its change set, with the rights of a person who may import. */
export function importTransactions(parts: TransactionParts, session: JobSession): ImportRun['transaction'] {
  return (record, work) =>
    runUnit(
      parts.knex,
      () => parts.wakeRelay(),
      (unit) => work(unit.trx, portsOf(parts, session, unit, record.mapping)),
      record.changeSetId,
    );
}

function portsOf(parts: TransactionParts, session: JobSession, unit: UnitOfWork, mapping: ImportMapping): ChunkPorts {
  const { generation, identity, signal } = session;
  const call = callInUnit(session, unit);
  const scopeOf = (entity: CompiledEntity): RecordScope =>
    recordScope(parts.world, call, entity.definition.module, true);
  return {
    records: importRecords(
      scopeOf,
      mapping.records.some(({ fields }) => tagsPath in fields),
    ),
    externalIds: externalIdsOf(unit.trx, mapping.source),
    entity: (id) => generation.entities.get(id),
    contextOf: ({ transform }) =>
      parts.contexts().create({ generation, module: transform?.module ?? 'core', identity, unit, signal }),
  };
}
