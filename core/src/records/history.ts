import type { Id, RecordChange } from '@trellis-crm/sdk';
import { runPrepared } from '../database/prepared.js';
import { actorKey } from '../kernel/plugin-identity.js';
import type { CompiledEntity } from './compiled-entity.js';
import type { WriteScope } from './record-scope.js';
import { historyStatement } from './writes/history-parts.js';
import { notesOf } from './writes/notes.js';

/** What one write did to one record. */
export interface HistoryEntry {
  readonly id: Id;
  /** Version after the write. */
  readonly version: number;
  readonly change: RecordChange;
  /** By field path, in the form of the API. */
  readonly changes: Readonly<Record<string, FieldChange>>;
  /** Why it changed along with another record: `cascade`, `clear`; null for what was asked for. */
  readonly cause: string | null;
}

/** Value of a field before and after; one side is absent when there was or is no record. */
export interface FieldChange {
  readonly from?: unknown;
  readonly to?: unknown;
}

/** In which transaction and for whom history is written. */
export interface HistoryScope extends Pick<WriteScope, 'unit' | 'clock' | 'requestId'> {
  readonly identity: Pick<WriteScope['identity'], 'kind' | 'id' | 'onBehalfOf'>;
}

/**
 * Writes audit rows and events of records that were written by other means, in the same transaction: one statement per kind of
 * change. Writes of the record layer have them in their own statement.
 */
export async function recordHistory(
  scope: HistoryScope,
  entity: Pick<CompiledEntity, 'definition'>,
  entries: readonly HistoryEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { unit, identity } = scope;
  for (const [change, group] of Map.groupBy(entries, (entry) => entry.change)) {
    const rows = group.map(({ id, version, changes, cause }) => ({
      id,
      version,
      ...notesOf(changes, change === 'updated' ? Object.keys(changes) : [], cause),
    }));
    const values = historyStatement.valuesOf({
      entity: entity.definition,
      change,
      rows,
      now: scope.clock.now().toISOString(),
      actor: actorKey(identity),
      onBehalfOf: identity.onBehalfOf,
      changeSet: unit.changeSetId,
      requestId: scope.requestId,
    });
    await runPrepared(unit.trx, historyStatement.prepared, values);
  }
  unit.eventsStored();
}
