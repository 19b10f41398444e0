import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What other systems call our records: an import or an upsert finds the record of a source's id again. */
export const createExternalIds: Migration = {
  name: '20260102000400_create-external-ids',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('external_ids', (table) => {
      table.text('source').notNullable();
      table.text('entity').notNullable();
      table.text('external_id').notNullable();
      table.uuid('record_id').notNullable();
      table.primary(['source', 'entity', 'external_id']);
      table.index(['record_id']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('external_ids');
  },
};
