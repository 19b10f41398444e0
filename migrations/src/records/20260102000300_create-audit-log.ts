import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Who changed what, one row per record and write. `changes` is `{ field: { from, to } }` in the form of the API; for a created
 * record `to` only. `cause` says that a change followed from another one of the same change set. Rows are only ever added.
 */
export const createAuditLog: Migration = {
  name: '20260102000300_create-audit-log',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('audit_log', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.timestamp('occurred_at').notNullable();
      table.text('entity').notNullable();
      table.uuid('record_id').notNullable();
      table.integer('record_version').notNullable();
      table.text('verb').notNullable();
      table.jsonb('changes').notNullable();
      table.text('cause');
      table.text('actor').notNullable();
      table.uuid('on_behalf_of');
      table.uuid('change_set').notNullable();
      table.text('request_id');
      table.index(['record_id', 'id']);
      table.index(['change_set']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('audit_log');
  },
};
