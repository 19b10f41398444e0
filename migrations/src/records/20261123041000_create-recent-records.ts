import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Which records somebody looked at last, at most so many for each person: what search offers before anything is typed. */
export const createRecentRecords: Migration = {
  name: '20261123041000_create-recent-records',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.recent_records (
        user_id uuid not null references core.users (id) on delete cascade,
        entity text not null,
        record_id uuid not null,
        visited_at timestamptz(3) not null,
        primary key (user_id, entity, record_id)
      ) with (fillfactor = 70)`);
  },
  async down({ sql }) {
    await sql('drop table core.recent_records');
  },
};
