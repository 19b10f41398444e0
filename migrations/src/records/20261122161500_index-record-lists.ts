import { listIndexes, type Migration } from '@trellis-crm/sdk/migrations/v1';

const tables = ['accounts', 'contacts'];

const isThere = 'deleted_at is null';

/** Rights and counts of the lists of accounts and contacts come from the index alone; the indexes without owner and team go. */
export const indexRecordLists: Migration = {
  name: '20261122161500_index-record-lists',
  phase: 'index',
  async up({ schema, sql }) {
    for (const table of tables) {
      await schema.alterTable(table, (editor) => listIndexes(editor, { owned: true }));
      await sql(`drop index concurrently if exists core.${table}_updated_at_id_index`);
      await sql(`drop index concurrently if exists core.${table}_owner_id_updated_at_id_index`);
    }
  },
  async down({ sql }) {
    for (const table of tables) {
      const at = `on core.${table}`;
      await sql(`create index ${table}_updated_at_id_index ${at} (updated_at desc, id desc) where ${isThere}`);
      await sql(
        `create index ${table}_owner_id_updated_at_id_index ${at} (owner_id, updated_at desc, id desc) where ${isThere}`,
      );
      await sql(`drop index core.${table}_updated_at_id_with_team_id_owner_id_index`);
      await sql(`drop index core.${table}_owner_id_updated_at_id_with_team_id_index`);
    }
  },
};
