import { listIndexes, type Migration } from '@trellis-crm/sdk/migrations/v1';

const isThere = 'deleted_at is null';

/** Rights and counts of the list of deals come from the index alone; the indexes without owner and team go. */
export const indexDealLists: Migration = {
  name: '20261122161500_index-deal-lists',
  phase: 'index',
  async up({ schema, sql }) {
    await schema.alterTable('deals', (table) => listIndexes(table, { owned: true }));
    await sql('drop index concurrently if exists p_sales.deals_updated_at_id_index');
    await sql('drop index concurrently if exists p_sales.deals_owner_id_updated_at_id_index');
  },
  async down({ sql }) {
    const at = 'on p_sales.deals';
    await sql(`create index deals_updated_at_id_index ${at} (updated_at desc, id desc) where ${isThere}`);
    await sql(
      `create index deals_owner_id_updated_at_id_index ${at} (owner_id, updated_at desc, id desc) where ${isThere}`,
    );
    await sql('drop index p_sales.deals_updated_at_id_with_team_id_owner_id_index');
    await sql('drop index p_sales.deals_owner_id_updated_at_id_with_team_id_index');
  },
};
