import { recordEvent, type Id, type RecordChange } from '@trellis-crm/sdk';
import { uuidV7 } from '../database/uuid-v7.js';
import { appendEvents } from '../events/outbox.js';
import { actorKey } from '../kernel/plugin-identity.js';
import type { CompiledEntity } from './compiled-entity.js';
import type { WriteScope } from './record-scope.js';

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

/** Writes audit rows and events of records that were just written, in the same transaction: one statement each. */
export async function recordHistory(
  scope: HistoryScope,
  entity: CompiledEntity,
  entries: readonly HistoryEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { unit, identity } = scope;
  const actor = actorKey(identity);
  const occurredAt = scope.clock.now();
  const rows = entries.map((entry) => ({
    id: uuidV7(),
    occurred_at: occurredAt.toISOString(),
    entity: entity.definition.id,
    record_id: entry.id,
    record_version: entry.version,
    verb: entry.change,
    changes: entry.changes,
    cause: entry.cause,
    actor,
    on_behalf_of: identity.onBehalfOf,
    change_set: unit.changeSetId,
    request_id: scope.requestId,
  }));
  await unit.trx.raw(insertAudit, [JSON.stringify(rows)]);
  await appendEvents(
    unit,
    entries.map((entry) => ({
      event: recordEvent(entity.definition, entry.change),
      payload: {
        id: entry.id,
        version: entry.version,
        changed: entry.change === 'updated' ? Object.keys(entry.changes) : [],
      },
      recordVersion: entry.version,
      actor,
      onBehalfOf: identity.onBehalfOf,
      occurredAt,
    })),
  );
}

const insertAudit = `
  insert into core.audit_log (id, occurred_at, entity, record_id, record_version, verb, changes, cause, actor, on_behalf_of, change_set, request_id)
  select * from jsonb_to_recordset(?::jsonb) as a(id uuid, occurred_at timestamptz, entity text, record_id uuid, record_version integer,
    verb text, changes jsonb, cause text, actor text, on_behalf_of uuid, change_set uuid, request_id text)`;
