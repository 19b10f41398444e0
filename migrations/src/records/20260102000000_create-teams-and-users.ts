import { listTable, recordColumns, recordIndexes, references, type Migration } from '@trellis-crm/sdk/migrations/v1';

/** The tree of teams, their managers, and users. What a user signs in with stands elsewhere, never in this row. */
export const createTeamsAndUsers: Migration = {
  name: '20260102000000_create-teams-and-users',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('teams', (table) => {
      recordColumns(table, { owned: false });
      table.text('name').notNullable();
      references(table, 'parent_id', 'core.teams', { onDelete: 'restrict' });
      recordIndexes(table, { owned: false });
    });
    await schema.createTable('users', (table) => {
      recordColumns(table, { owned: false });
      table.text('name').notNullable();
      table.text('email');
      table.text('role').notNullable().defaultTo("'user'");
      table.text('status').notNullable().defaultTo("'no_login'");
      references(table, 'team_id', 'core.teams', { onDelete: 'restrict' });
      table.text('job_title');
      table.text('locale');
      table.text('time_zone');
      table.check('email_is_lower_case', 'email = lower(email)');
      table.uniqueIndex(['email'], { where: 'deleted_at is null' });
      recordIndexes(table, { owned: false });
    });
    await schema.createTable('team_managers', (table) => {
      listTable(table, 'team_id', 'core.teams');
      references(table, 'user_id', 'core.users', { onDelete: 'cascade', required: true });
    });
  },
  async down({ schema }) {
    await schema.dropTable('team_managers');
    await schema.dropTable('users');
    await schema.dropTable('teams');
  },
};
