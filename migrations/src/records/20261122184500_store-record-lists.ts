import { storedLists, type Migration } from '@trellis-crm/sdk/migrations/v1';

const tables = ['accounts', 'contacts', 'teams'];

/** Records keep the entries of their lists as JSON beside the child tables: a page of fifty needed 150 look-ups. A job fills the rows there are. */
export const storeRecordLists: Migration = {
  name: '20261122184500_store-record-lists',
  phase: 'expand',
  async up({ schema }) {
    for (const table of tables) await schema.alterTable(table, (editor) => storedLists(editor));
  },
  async down({ schema }) {
    for (const table of tables) await schema.alterTable(table, (editor) => editor.dropColumn('lists'));
  },
};
