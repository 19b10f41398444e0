import type { EventDefinition, Id } from '@trellis-crm/sdk';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { uuidV7 } from '../database/uuid-v7.js';

/** An event to store. Its payload was checked against the event's schema before. */
export interface NewEvent {
  readonly event: EventDefinition;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Version of the record after the change; null for events that are not about a change of a record. */
  readonly recordVersion: number | null;
  /** Who did it: `user:<id>`, `plugin:<id>`, `operator` … */
  readonly actor: string;
  /** User for whom a plugin acted. */
  readonly onBehalfOf: Id | null;
  /** When it happened; the beginning of the transaction unless given. */
  readonly occurredAt?: Date;
}

/**
 * Stores events and one pending row each in one statement. The caller holds the row lock of the record an event is about, so
 * positions grow in the order of the record's writes. Nothing is sent: the relay hears of it in memory after the commit.
 */
export async function appendEvents(unit: UnitOfWork, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await unit.trx.raw(insertEvents, [JSON.stringify(events.map((event) => toRow(event, unit.changeSetId)))]);
  unit.eventsStored();
}

const insertEvents = `
  with stored as (
    insert into core.events (id, type, version, payload, entity, order_key, record_version, actor, on_behalf_of, occurred_at, change_set)
    select e.id, e.type, e.version, e.payload, e.entity, e.order_key, e.record_version, e.actor, e.on_behalf_of,
           coalesce(e.occurred_at, now()), e.change_set
    from jsonb_to_recordset(?::jsonb) as e(id uuid, type text, version integer, payload jsonb, entity text, order_key text,
         record_version integer, actor text, on_behalf_of uuid, occurred_at timestamptz, change_set uuid)
    returning id, position
  )
  insert into core.pending_events (event_id, position) select id, position from stored`;

/** An event without an order belongs to no record: its own id makes it a key of its own. */
function toRow(event: NewEvent, changeSet: Id): Record<string, unknown> {
  const id = uuidV7();
  const { order } = event.event;
  const key = order === undefined ? undefined : event.payload[order.property];
  return {
    id,
    type: event.event.id,
    version: event.event.version,
    payload: event.payload,
    entity: order?.entity ?? null,
    order_key: typeof key === 'string' ? key : id,
    record_version: event.recordVersion,
    actor: event.actor,
    on_behalf_of: event.onBehalfOf,
    occurred_at: event.occurredAt?.toISOString() ?? null,
    change_set: changeSet,
  };
}
