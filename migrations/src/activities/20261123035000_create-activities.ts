import {
  keptAnswers,
  listIndexes,
  listTable,
  recordColumns,
  type Migration,
  type TableEditor,
} from '@trellis-crm/sdk/migrations/v1';

const isThere = 'deleted_at is null';

/**
 * Activities, the records they are linked to and who took part. Kind and moments stand in the links too: what happened with one record,
 * newest first or still to be done, is a stretch of one index, whatever the number of activities.
 */
export const createActivities: Migration = {
  name: '20261123035000_create-activities',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('activities', (table) => {
      recordColumns(table, { owned: true });
      table.text('kind').notNullable();
      table.text('subject').notNullable();
      table.text('body');
      table.text('direction');
      table.integer('duration');
      table.text('outcome');
      table.text('priority').notNullable().defaultTo("'normal'");
      momentColumns(table);
      keptAnswers(table);
      listIndexes(table, { owned: true });
      table.index(['occurred_at', 'id'], { where: isThere });
      table.index(['due_at', 'id'], { where: isThere });
      table.index(['owner_id', 'due_at', 'id'], { where: `${isThere} and done_at is null and due_at is not null` });
    });
    for (const name of ['activity_links', 'activity_participants'])
      await schema.createTable(name, (table) => {
        listTable(table, 'activity_id', 'core.activities');
        table.text('entity').notNullable();
        table.uuid('record_id').notNullable();
        table.text('kind').notNullable();
        momentColumns(table);
        table.index(['entity', 'record_id', 'occurred_at desc', 'activity_id desc'], { include: ['kind'] });
        table.index(['entity', 'record_id', 'due_at', 'activity_id'], {
          where: 'done_at is null and due_at is not null',
        });
      });
  },
  async down({ schema }) {
    await schema.dropTable('activity_participants');
    await schema.dropTable('activity_links');
    await schema.dropTable('activities');
  },
};

function momentColumns(table: TableEditor): void {
  table.timestamp('occurred_at').notNullable().defaultTo('now()');
  table.timestamp('due_at');
  table.timestamp('done_at');
}
