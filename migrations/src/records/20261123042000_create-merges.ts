import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Where records that were merged lead, and what stood about them beside their rows and moved along, as it was before. */
export const createMerges: Migration = {
  name: '20261123042000_create-merges',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.merged_records (
        entity text not null,
        record_id uuid not null,
        into_id uuid not null,
        change_set_id uuid not null,
        merged_at timestamptz(3) not null,
        primary key (entity, record_id)
      )`);
    await sql(`
      create table core.merge_facts (
        change_set_id uuid not null,
        table_name text not null,
        fact jsonb not null,
        -- False when the winner had the same already.
        is_moved boolean not null
      )`);
    await sql('create index merge_facts_change_set on core.merge_facts (change_set_id)');
  },
  async down({ sql }) {
    await sql('drop table core.merge_facts');
    await sql('drop table core.merged_records');
  },
};
