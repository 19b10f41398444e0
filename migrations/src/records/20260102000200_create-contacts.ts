import { listTable, recordColumns, recordIndexes, references, type Migration } from '@trellis-crm/sdk/migrations/v1';

/** Contacts with their e-mail addresses, phone numbers and the accounts they belong to. */
export const createContacts: Migration = {
  name: '20260102000200_create-contacts',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('contacts', (table) => {
      recordColumns(table, { owned: true });
      table.text('name').notNullable();
      table.text('job_title');
      table.text('description');
      recordIndexes(table, { owned: true });
      table.index(['name', 'id'], { where: 'deleted_at is null' });
    });
    await schema.createTable('contact_emails', (table) => {
      listTable(table, 'contact_id', 'core.contacts');
      table.text('email').notNullable();
      table.text('kind').notNullable().defaultTo("'work'");
      table.boolean('is_primary').notNullable().defaultTo('false');
      table.index(['email']);
    });
    await schema.createTable('contact_phones', (table) => {
      listTable(table, 'contact_id', 'core.contacts');
      table.text('phone').notNullable();
      table.text('kind').notNullable().defaultTo("'work'");
      table.boolean('is_primary').notNullable().defaultTo('false');
      table.index(['phone']);
    });
    await schema.createTable('contact_accounts', (table) => {
      listTable(table, 'contact_id', 'core.contacts');
      references(table, 'account_id', 'core.accounts', { onDelete: 'cascade', required: true });
      table.text('role');
      table.boolean('is_primary').notNullable().defaultTo('false');
    });
  },
  async down({ schema }) {
    await schema.dropTable('contact_accounts');
    await schema.dropTable('contact_phones');
    await schema.dropTable('contact_emails');
    await schema.dropTable('contacts');
  },
};
