import {
  listTable,
  money,
  recordColumns,
  recordIndexes,
  references,
  type Migration,
} from '@trellis-crm/sdk/migrations/v1';

/** Accounts with their domains and addresses. Removing a parent frees its children. */
export const createAccounts: Migration = {
  name: '20260102000100_create-accounts',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('accounts', (table) => {
      recordColumns(table, { owned: true });
      table.text('name').notNullable();
      table.textArray('roles').notNullable().defaultTo("'{}'");
      table.text('industry');
      table.text('website');
      table.text('phone');
      table.integer('founded_year');
      table.integer('employees');
      money(table, 'annual_revenue');
      table.text('country');
      references(table, 'parent_id', 'core.accounts', { onDelete: 'set null' });
      table.text('description');
      recordIndexes(table, { owned: true });
      for (const column of ['name', 'industry', 'country'])
        table.index([column, 'id'], { where: 'deleted_at is null' });
    });
    await schema.createTable('account_domains', (table) => {
      listTable(table, 'account_id', 'core.accounts');
      table.text('domain').notNullable();
      table.index(['domain']);
    });
    await schema.createTable('account_addresses', (table) => {
      listTable(table, 'account_id', 'core.accounts');
      table.text('kind').notNullable().defaultTo("'other'");
      for (const column of ['street', 'postal_code', 'city', 'region', 'country']) table.text(column);
    });
  },
  async down({ schema }) {
    await schema.dropTable('account_addresses');
    await schema.dropTable('account_domains');
    await schema.dropTable('accounts');
  },
};
