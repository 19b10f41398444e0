import { defineEntity, field } from '@trellis-crm/sdk';
import { keptAnswers, recordColumns, recordIndexes, type Migration } from '@trellis-crm/sdk/migrations/v1';

/** Something only its owner and those above see, with a secret for managers. */
export const Note = defineEntity('planted.note', {
  plural: 'notes',
  fields: {
    name: field.text({ required: true, max: 80 }),
    isPinned: field.boolean({ readOnly: true }),
    secret: field.text({ restricted: true }),
  },
  title: 'name',
  owned: true,
  grants: { read: { manager: 'subtree', user: 'own' } },
  without: ['pages', 'import'],
  views: { list: ['name'] },
});

/** Its table. */
export const createNotes: Migration = {
  name: '20260104090000_create-notes',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('notes', (table) => {
      recordColumns(table, { owned: true });
      keptAnswers(table);
      table.text('name').notNullable();
      table.boolean('is_pinned').notNullable().defaultTo('false');
      table.text('secret');
      recordIndexes(table, { owned: true });
    });
  },
};
