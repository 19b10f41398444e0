import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Events and those not fanned out yet. `position` is drawn under the row lock of the record an event is about, so it gives
 * the order of one record's events; ids and moments come from many clocks and do not. Rows are purged by id (UUIDv7 = time).
 */
export const createEvents: Migration = {
  name: '20260104090000_create-events',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.events (
        id uuid primary key,
        position bigint generated always as identity,
        type text not null,
        version integer not null,
        payload jsonb not null,
        entity text,
        order_key text not null,
        record_version integer,
        actor text not null,
        on_behalf_of uuid,
        occurred_at timestamptz(3) not null default now(),
        change_set uuid not null
      )`);
    await step.sql(`
      create table core.pending_events (
        position bigint primary key,
        event_id uuid not null
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
  },
  async down(step) {
    await step.sql('drop table core.pending_events');
    await step.sql('drop table core.events');
  },
};
