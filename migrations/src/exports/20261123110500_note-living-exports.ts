import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** When an export last read a page: one whose process died counts for nobody. Null until the first page. */
export const noteLivingExports: Migration = {
  name: '20261123110500_note-living-exports',
  phase: 'expand',
  async up({ sql }) {
    await sql('alter table core.exports add column alive_at timestamptz');
  },
  async down({ sql }) {
    await sql('alter table core.exports drop column alive_at');
  },
};
