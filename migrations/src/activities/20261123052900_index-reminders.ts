import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What is to be reminded of is looked for each minute. */
export const indexReminders: Migration = {
  name: '20261123052900_index-reminders',
  phase: 'index',
  async up({ schema }) {
    await schema.alterTable('activities', (table) =>
      table.index(['remind_at'], {
        name: 'activities_to_remind',
        where: 'deleted_at is null and done_at is null and remind_at is not null',
      }),
    );
  },
  async down({ sql }) {
    await sql('drop index core.activities_to_remind');
  },
};
