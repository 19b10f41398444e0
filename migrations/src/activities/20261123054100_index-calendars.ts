import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** What stands in somebody's calendar, done or not, by when it is due. */
export const indexCalendars: Migration = {
  name: '20261123054100_index-calendars',
  phase: 'index',
  async up({ schema }) {
    await schema.alterTable('activities', (table) =>
      table.index(['owner_id', 'due_at'], {
        name: 'activities_in_calendar',
        where: 'deleted_at is null and due_at is not null',
      }),
    );
  },
  async down({ sql }) {
    await sql('drop index core.activities_in_calendar');
  },
};
