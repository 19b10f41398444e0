import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * POSTs that were done, by who sent them and the key they carried. `request_hash` is SHA-256 of method, address and body. A row
 * with a `status` holds the answer to give again; one in state `running` was begun outside a transaction and has not ended.
 */
export const createIdempotencyKeys: Migration = {
  name: '20261122155500_create-idempotency-keys',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.idempotency_keys (
        actor text not null,
        key text not null,
        request_hash bytea not null,
        state text not null check (state in ('running', 'done')),
        status integer,
        headers jsonb,
        body text,
        created_at timestamptz(3) not null,
        primary key (actor, key)
      )`);
    await step.sql('create index idempotency_keys_age on core.idempotency_keys (created_at)');
  },
  async down(step) {
    await step.sql('drop table core.idempotency_keys');
  },
};
