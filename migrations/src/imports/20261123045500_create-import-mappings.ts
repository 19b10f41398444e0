import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Plans of imports that somebody kept under a name, for files with the same columns; shared ones are offered to everybody who may import the entity. */
export const createImportMappings: Migration = {
  name: '20261123045500_create-import-mappings',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      create table core.import_mappings (
        id uuid primary key,
        owner_id uuid not null references core.users (id) on delete cascade,
        entity text not null,
        name text not null,
        plan jsonb not null,
        is_shared boolean not null default false,
        created_at timestamptz(3) not null default now()
      )`);
    await sql('create unique index import_mappings_name on core.import_mappings (owner_id, entity, lower(name))');
    await sql('create index import_mappings_entity on core.import_mappings (entity)');
  },
  async down({ sql }) {
    await sql('drop table core.import_mappings');
  },
};
