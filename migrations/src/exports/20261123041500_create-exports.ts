import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Who exported which list, and how many records of it. `export_rows` is the order of an export under way: gone when it ends, and
 * unlogged, because an export does not outlive the request that reads it.
 */
export const createExports: Migration = {
  name: '20261123041500_create-exports',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.exports (
        id uuid primary key,
        entity text not null,
        format text not null,
        fields text[] not null,
        query jsonb not null,
        actor jsonb not null,
        created_by uuid,
        state text not null check (state in ('running', 'done', 'broken-off')),
        row_count integer not null default 0,
        rows_sent integer not null default 0,
        started_at timestamptz(3) not null,
        finished_at timestamptz(3)
      )`);
    await sql('create index exports_created_by on core.exports (created_by, id)');
    await sql(`
      create unlogged table core.export_rows (
        export_id uuid not null references core.exports (id) on delete cascade,
        position integer not null,
        record_id uuid not null,
        primary key (export_id, position)
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.export_rows');
    await sql('drop table core.exports');
  },
};
