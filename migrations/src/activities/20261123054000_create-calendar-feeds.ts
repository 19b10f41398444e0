import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** The private calendar of a user, by a secret of which only the hash is kept. */
export const createCalendarFeeds: Migration = {
  name: '20261123054000_create-calendar-feeds',
  phase: 'expand',
  async up({ sql }) {
    await sql(`create table core.calendar_feeds (
      user_id uuid primary key references core.users on delete cascade,
      token_hash bytea not null unique,
      created_at timestamptz not null
    )`);
  },
  async down({ schema }) {
    await schema.dropTable('calendar_feeds');
  },
};
