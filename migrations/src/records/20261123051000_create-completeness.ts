import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** How much each field counts for the completeness of an entity's records, where an administrator decided otherwise than its declaration. */
export const createCompleteness: Migration = {
  name: '20261123051000_create-completeness',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.completeness_weights (
        entity text primary key,
        -- Weight by field.
        weights jsonb not null
      )`);
  },
  async down({ sql }) {
    await sql('drop table core.completeness_weights');
  },
};
