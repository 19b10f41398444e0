import type { Migration } from '@trellis-crm/sdk/migrations/v1';

const isOpen = "kind = 'task' and due_at is null and done_at is null";

/** Tasks without a due time that are not done: of somebody, and of a record. */
export const indexUndatedTasks: Migration = {
  name: '20261123110300_index-undated-tasks',
  phase: 'index',
  async up({ schema }) {
    await schema.alterTable('activities', (table) =>
      table.index(['owner_id', 'occurred_at', 'id'], {
        name: 'activities_undated_tasks',
        where: `deleted_at is null and ${isOpen}`,
      }),
    );
    for (const name of ['activity_links', 'activity_participants'])
      await schema.alterTable(name, (table) =>
        table.index(['entity', 'record_id', 'occurred_at', 'activity_id'], {
          name: `${name}_undated_tasks`,
          where: isOpen,
        }),
      );
  },
  async down({ sql }) {
    for (const name of ['activity_participants', 'activity_links', 'activities'])
      await sql(`drop index core.${name}_undated_tasks`);
  },
};
