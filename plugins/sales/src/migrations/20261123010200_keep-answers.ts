import { keptAnswers, type Migration } from '@trellis-crm/sdk/migrations/v1';

const tables = ['pipelines', 'stages', 'deals', 'account_x'];

/** Deals, their pipelines and the territory of an account are answered as they are kept. */
export const keepAnswers: Migration = {
  name: '20261123010200_keep-answers',
  phase: 'expand',
  async up({ schema }) {
    for (const table of tables) await schema.alterTable(table, (editor) => keptAnswers(editor));
  },
  async down({ schema, sql }) {
    for (const table of tables) {
      await sql(`drop trigger forget_kept on p_sales.${table}`);
      await schema.alterTable(table, (editor) => editor.dropColumn('kept'));
    }
  },
};
