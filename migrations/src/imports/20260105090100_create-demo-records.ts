import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Records that came as demo data, so that one action takes them away again and leaves what people added. */
export const createDemoRecords: Migration = {
  name: '20260105090100_create-demo-records',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('demo_records', (table) => {
      table.text('entity').notNullable();
      table.uuid('record_id').notNullable();
      table.primary(['entity', 'record_id']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('demo_records');
  },
};
