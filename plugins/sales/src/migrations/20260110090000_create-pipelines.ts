import { recordColumns, recordIndexes, references, type Migration } from '@trellis-crm/sdk/migrations/v1';

/** Pipelines and their stages; a stage does not outlive its pipeline. */
export const createPipelines: Migration = {
  name: '20260110090000_create-pipelines',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('pipelines', (table) => {
      recordColumns(table, { owned: false });
      table.text('name').notNullable();
      table.integer('position').notNullable().defaultTo('1');
      recordIndexes(table, { owned: false });
      table.index(['position']);
    });
    await schema.createTable('stages', (table) => {
      recordColumns(table, { owned: false });
      table.text('name').notNullable();
      references(table, 'pipeline_id', 'p_sales.pipelines', { onDelete: 'cascade', required: true });
      table.integer('position').notNullable();
      table.text('outcome').notNullable().defaultTo("'open'");
      table.numeric('probability', 7, 4);
      recordIndexes(table, { owned: false });
      table.index(['position']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('stages');
    await schema.dropTable('pipelines');
  },
};
