import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * When an owner is reminded and how a task comes again; which reminders were given, and which task followed one that was done. Both of
 * the latter are side facts: each is told, and followed, once.
 */
export const planTasks: Migration = {
  name: '20261123052800_plan-tasks',
  phase: 'expand',
  async up({ schema, sql }) {
    await sql('alter table core.activities add column remind_at timestamptz(3), add column recurrence text');
    await schema.createTable('activity_reminders', (table) => {
      table.uuid('activity_id').notNullable();
      table.primary(['activity_id']);
      table.foreign('activity_id', 'core.activities', { onDelete: 'cascade' });
      table.timestamp('remind_at').notNullable();
    });
    await schema.createTable('activity_successors', (table) => {
      table.uuid('activity_id').notNullable();
      table.primary(['activity_id']);
      table.foreign('activity_id', 'core.activities', { onDelete: 'cascade' });
      table.uuid('next_id');
    });
  },
  async down({ schema, sql }) {
    await schema.dropTable('activity_successors');
    await schema.dropTable('activity_reminders');
    await sql('alter table core.activities drop column remind_at, drop column recurrence');
  },
};
