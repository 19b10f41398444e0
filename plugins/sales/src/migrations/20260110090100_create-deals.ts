import { money, recordColumns, recordIndexes, references, type Migration } from '@trellis-crm/sdk/migrations/v1';

/** Deals. `account_id` cascades: a deal does not outlive its account; it may have none yet. */
export const createDeals: Migration = {
  name: '20260110090100_create-deals',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('deals', (table) => {
      recordColumns(table, { owned: true });
      table.text('name').notNullable();
      references(table, 'account_id', 'core.accounts', { onDelete: 'cascade' });
      references(table, 'contact_id', 'core.contacts', { onDelete: 'set null' });
      references(table, 'stage_id', 'p_sales.stages', { onDelete: 'restrict', required: true });
      table.text('status').notNullable().defaultTo("'open'");
      money(table, 'amount');
      table.text('product');
      table.date('engaged_on');
      table.date('close_on');
      table.date('closed_on');
      table.text('lost_reason');
      recordIndexes(table, { owned: true });
      for (const column of ['name', 'status', 'amount', 'product', 'engaged_on', 'close_on', 'closed_on']) {
        table.index([column, 'id'], { where: 'deleted_at is null' });
      }
    });
  },
  async down({ schema }) {
    await schema.dropTable('deals');
  },
};
