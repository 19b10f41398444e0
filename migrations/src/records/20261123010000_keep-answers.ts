import { keptAnswers, type Migration } from '@trellis-crm/sdk/migrations/v1';

const tables = ['accounts', 'contacts', 'teams', 'users'];

/**
 * Records keep their answers as text: making JSON of columns was most of what the database did for a list. Tables of plugins use the
 * function too. A job fills the rows there are.
 */
export const keepRecordAnswers: Migration = {
  name: '20261123010000_keep-answers',
  phase: 'expand',
  async up({ schema, sql }) {
    await sql(`create function core.forget_kept() returns trigger language plpgsql as $$
      begin
        new.kept := null;
        return new;
      end $$`);
    for (const table of tables) await schema.alterTable(table, (editor) => keptAnswers(editor));
  },
  async down({ schema, sql }) {
    for (const table of tables) {
      await sql(`drop trigger forget_kept on core.${table}`);
      await schema.alterTable(table, (editor) => editor.dropColumn('kept'));
    }
    await sql('drop function core.forget_kept()');
  },
};
