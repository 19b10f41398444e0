import { storedLists, type Migration } from '@trellis-crm/sdk/migrations/v1';

const tables = ['accounts', 'contacts', 'teams'];

/** The lists stand in what records keep of their answers. */
export const dropStoredLists: Migration = {
  name: '20261123010100_drop-stored-lists',
  phase: 'contract',
  async up({ schema }) {
    for (const table of tables) await schema.alterTable(table, (editor) => editor.dropColumn('lists'));
  },
  async down({ schema }) {
    for (const table of tables) await schema.alterTable(table, (editor) => storedLists(editor));
  },
};
