import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * The order of an export under way, page by page: a row for each record took longer to write than the export to read. Ids are not
 * compressed, which would save little and take longer still.
 */
export const createExportPages: Migration = {
  name: '20261123074800_create-export-pages',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create unlogged table core.export_pages (
        export_id uuid not null references core.exports (id) on delete cascade,
        -- From 0.
        number integer not null,
        -- In the order of the export.
        record_ids uuid[] not null,
        primary key (export_id, number)
      )`);
    await sql('alter table core.export_pages alter column record_ids set storage external');
  },
  async down({ sql }) {
    await sql('drop table core.export_pages');
  },
};
