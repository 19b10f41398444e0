import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Who wants to hear of a record, and who was named in an activity: nobody is told of the same naming twice. */
export const createFollowers: Migration = {
  name: '20261123045000_create-followers',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('followers', (table) => {
      table.text('entity').notNullable();
      table.uuid('record_id').notNullable();
      table.uuid('user_id').notNullable();
      table.primary(['entity', 'record_id', 'user_id']);
      table.foreign('user_id', 'core.users', { onDelete: 'cascade' });
      table.index(['user_id']);
    });
    await schema.createTable('mentions', (table) => {
      table.uuid('activity_id').notNullable();
      table.uuid('user_id').notNullable();
      table.primary(['activity_id', 'user_id']);
      table.foreign('activity_id', 'core.activities', { onDelete: 'cascade' });
      table.foreign('user_id', 'core.users', { onDelete: 'cascade' });
      table.index(['user_id']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('mentions');
    await schema.dropTable('followers');
  },
};
