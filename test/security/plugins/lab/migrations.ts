import {
  keptAnswers,
  listTable,
  money,
  recordColumns,
  recordIndexes,
  references,
  sideTable,
  type Migration,
} from '@trellis-crm/sdk/migrations/v1';

/** The fixture's tables. */
export const createLab: Migration = {
  name: '20260103090000_create-lab',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('specimens', (table) => {
      recordColumns(table, { owned: true });
      keptAnswers(table);
      table.text('name').notNullable();
      for (const column of ['code', 'notes', 'verdict', 'email', 'phone', 'link', 'secret', 'grade'])
        table.text(column);
      for (const column of ['count', 'lasted', 'rating']) table.integer(column);
      table.numeric('weight', 19, 3);
      table.numeric('share', 7, 4);
      money(table, 'price');
      money(table, 'budget');
      table.boolean('is_fragile').notNullable().defaultTo('false');
      table.date('taken_on');
      table.date('due_on');
      table.timestamp('seen_at');
      table.text('state').notNullable().defaultTo("'fresh'");
      table.textArray('tags').notNullable().defaultTo("'{}'");
      references(table, 'account_id', 'core.accounts', { onDelete: 'set null' });
      references(table, 'contact_id', 'core.contacts', { onDelete: 'cascade' });
      references(table, 'original_id', 'p_lab.specimens', { onDelete: 'set null' });
      references(table, 'sponsor_id', 'core.contacts', { onDelete: 'set null' });
      table.jsonb('raw');
      table.uniqueIndex(['code'], { where: 'deleted_at is null' });
      recordIndexes(table, { owned: true });
    });
    await schema.createTable('specimen_readings', (table) => {
      listTable(table, 'specimen_id', 'p_lab.specimens');
      table.numeric('value', 19, 4).notNullable();
      references(table, 'by_id', 'core.contacts', { onDelete: 'cascade' });
    });
    await schema.createTable('specimen_papers', (table) => {
      listTable(table, 'specimen_id', 'p_lab.specimens');
      references(table, 'file_id', 'core.files', { onDelete: 'restrict', required: true });
      table.text('name').notNullable();
      table.text('type').notNullable();
      table.integer('size').notNullable();
    });
    await schema.createTable('shelves', (table) => {
      recordColumns(table, { owned: false });
      keptAnswers(table);
      table.text('name').notNullable();
      references(table, 'specimen_id', 'p_lab.specimens', { onDelete: 'set null' });
      references(table, 'account_id', 'core.accounts', { onDelete: 'set null' });
      recordIndexes(table, { owned: false });
    });
    await schema.createTable('account_x', (table) => {
      sideTable(table, 'core.accounts');
      keptAnswers(table);
      table.text('zone');
      table.text('credit');
    });
  },
};
