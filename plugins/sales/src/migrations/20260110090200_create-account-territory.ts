import { sideTable, type Migration } from '@trellis-crm/sdk/migrations/v1';

/** The sales territory of an account, beside the core's own row. */
export const createAccountTerritory: Migration = {
  name: '20260110090200_create-account-territory',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('account_x', (table) => {
      sideTable(table, 'core.accounts');
      table.text('territory');
      table.index(['territory']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('account_x');
  },
};
