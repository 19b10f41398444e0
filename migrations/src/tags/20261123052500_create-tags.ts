import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Words that records of any entity are marked with, and which record has which. `name_key` is the name as it is compared: two names that
 * differ in case alone are one.
 */
export const createTags: Migration = {
  name: '20261123052500_create-tags',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('tags', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.text('name').notNullable();
      table.text('name_key').notNullable().unique();
      table.text('tone').notNullable();
      table.uuid('created_by');
      table.timestamp('created_at').notNullable();
      table.integer('version').notNullable().defaultTo('1');
      table.check('tags_tone', "tone in ('neutral', 'ok', 'warn', 'bad', 'info', 'vio', 'accent')");
    });
    await schema.createTable('record_tags', (table) => {
      table.text('entity').notNullable();
      table.uuid('record_id').notNullable();
      table.uuid('tag_id').notNullable();
      table.uuid('tagged_by');
      table.timestamp('tagged_at').notNullable();
      table.primary(['entity', 'record_id', 'tag_id']);
      table.foreign('tag_id', 'core.tags', { onDelete: 'cascade' });
      table.index(['tag_id', 'entity', 'record_id']);
    });
  },
  async down({ schema }) {
    await schema.dropTable('record_tags');
    await schema.dropTable('tags');
  },
};
