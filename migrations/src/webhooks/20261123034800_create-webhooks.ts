import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Webhooks, one delivery per webhook and event, one attempt per try. A delivery carries its whole message, so that every try
 * sends the same bytes. `webhooks.secret` is a sealed text; `former_secret` signs too until `former_until`.
 */
export const createWebhooks: Migration = {
  name: '20261123034800_create-webhooks',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.webhooks (
        id uuid primary key,
        version integer not null default 1,
        url text not null,
        description text not null default '',
        topics text[] not null,
        state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
        state_reason text,
        secret jsonb not null,
        former_secret jsonb,
        former_until timestamptz(3),
        failures integer not null default 0,
        failing_since timestamptz(3),
        created_at timestamptz(3) not null,
        created_by uuid,
        updated_at timestamptz(3) not null,
        deleted_at timestamptz(3)
      )`);
    await sql(`
      create table core.webhook_deliveries (
        id uuid primary key default gen_random_uuid(),
        number bigint generated always as identity,
        webhook_id uuid not null references core.webhooks (id) on delete cascade,
        message_id text not null,
        type text not null,
        order_key text not null,
        position bigint not null,
        body text not null,
        state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed', 'dropped')),
        attempts integer not null default 0,
        next_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        changed_at timestamptz(3) not null
      )`);
    await sql('create unique index webhook_deliveries_log on core.webhook_deliveries (webhook_id, number)');
    await sql(`
      create index webhook_deliveries_waiting on core.webhook_deliveries (webhook_id, position)
      where state = 'waiting'`);
    await sql(`
      create index webhook_deliveries_in_order on core.webhook_deliveries (webhook_id, order_key, position)
      where state = 'waiting'`);
    await sql(`create index webhook_deliveries_failed on core.webhook_deliveries (webhook_id) where state = 'failed'`);
    await sql('create index webhook_deliveries_created on core.webhook_deliveries (created_at)');
    await sql(`
      create table core.webhook_attempts (
        number bigint primary key generated always as identity,
        delivery_id uuid not null references core.webhook_deliveries (id) on delete cascade,
        at timestamptz(3) not null,
        status integer,
        error text,
        duration_ms integer not null,
        answer text not null default ''
      )`);
    await sql('create index webhook_attempts_of_delivery on core.webhook_attempts (delivery_id, number)');
  },
  async down({ sql }) {
    for (const table of ['webhook_attempts', 'webhook_deliveries', 'webhooks']) await sql(`drop table core.${table}`);
  },
};
