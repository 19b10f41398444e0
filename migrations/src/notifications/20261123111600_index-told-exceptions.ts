import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Lines about exceptions that nobody has read, by the exception: they go when it is cleared. */
export const indexToldExceptions: Migration = {
  name: '20261123111600_index-told-exceptions',
  phase: 'index',
  async up({ schema }) {
    await schema.alterTable('notifications', (table) =>
      table.index(['key'], {
        name: 'notifications_of_exceptions',
        where: `kind = 'core.exceptions' and read_at is null`,
      }),
    );
  },
  async down({ sql }) {
    await sql('drop index core.notifications_of_exceptions');
  },
};
