import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Exports stand in pages; one that a process of the old code writes ends with that process. */
export const dropExportRows: Migration = {
  name: '20261123074900_drop-export-rows',
  phase: 'contract',
  async up({ sql }) {
    await sql('drop table core.export_rows');
  },
  async down({ sql }) {
    await sql(`
      create unlogged table core.export_rows (
        export_id uuid not null references core.exports (id) on delete cascade,
        position integer not null,
        record_id uuid not null,
        primary key (export_id, position)
      )`);
  },
};
