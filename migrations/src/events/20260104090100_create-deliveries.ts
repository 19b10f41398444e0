import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Who wants which event, and one delivery for each. A module in `paused_modules` (a disabled plugin) keeps collecting
 * deliveries and jobs, but none of them run. Waiting deliveries of one order key go out by `position`.
 */
export const createDeliveries: Migration = {
  name: '20260104090100_create-deliveries',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.paused_modules (
        module text primary key,
        paused_at timestamptz(3) not null
      )`);
    await step.sql(`
      create table core.subscriptions (
        id text primary key,
        module text not null,
        event text not null,
        event_version integer not null
      )`);
    await step.sql('create index subscriptions_event on core.subscriptions (event)');
    await step.sql(`
      create table core.deliveries (
        id uuid primary key default gen_random_uuid(),
        subscription_id text not null,
        event_id uuid not null,
        order_key text not null,
        record_version integer,
        position bigint not null,
        state text not null default 'waiting' check (state in ('waiting', 'done', 'dead')),
        attempts integer not null default 0,
        next_at timestamptz(3) not null,
        last_error text,
        changed_at timestamptz(3) not null
      )`);
    await step.sql(`create index deliveries_due on core.deliveries (subscription_id, next_at) where state = 'waiting'`);
    await step.sql(
      `create index deliveries_in_order on core.deliveries (subscription_id, order_key, position) where state = 'waiting'`,
    );
    await step.sql(`create index deliveries_dead on core.deliveries (id) where state = 'dead'`);
  },
  async down(step) {
    for (const table of ['deliveries', 'subscriptions', 'paused_modules']) await step.sql(`drop table core.${table}`);
  },
};
