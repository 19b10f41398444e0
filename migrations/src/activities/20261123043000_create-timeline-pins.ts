import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Activities that people put on top of a record's timeline, for everybody who sees both. */
export const createTimelinePins: Migration = {
  name: '20261123043000_create-timeline-pins',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('timeline_pins', (table) => {
      table.text('entity').notNullable();
      table.uuid('record_id').notNullable();
      table.uuid('activity_id').notNullable();
      table.primary(['entity', 'record_id', 'activity_id']);
      table.foreign('activity_id', 'core.activities', { onDelete: 'cascade' });
      table.index(['activity_id']);
      table.uuid('pinned_by');
      table.timestamp('pinned_at').notNullable();
    });
  },
  async down({ schema }) {
    await schema.dropTable('timeline_pins');
  },
};
