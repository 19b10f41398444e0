import { listTable, references, type Migration, type SchemaEditor } from '@trellis-crm/sdk/migrations/v1';

/**
 * What is known of the files that people keep with records. Their content lies in the data folder under its SHA-256. `created_by` is who
 * uploaded it; `used_at` when the clean-up last found that it was in use again, `unused_since` when it found that no record holds it.
 */
export const createFiles: Migration = {
  name: '20261123073000_create-files',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('files', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.text('name').notNullable();
      table.text('type').notNullable();
      table.integer('size').notNullable();
      table.text('sha256').notNullable();
      table.uuid('created_by');
      table.timestamp('created_at').notNullable();
      table.timestamp('used_at');
      table.timestamp('unused_since');
      table.index(['sha256']);
      table.check('files_sha256', "sha256 ~ '^[0-9a-f]{64}$'");
    });
    await createEntries(schema, 'account_files', 'account_id', 'core.accounts');
    await createEntries(schema, 'contact_files', 'contact_id', 'core.contacts');
    await createEntries(schema, 'activity_files', 'activity_id', 'core.activities');
  },
  async down({ schema }) {
    for (const table of ['activity_files', 'contact_files', 'account_files', 'files']) await schema.dropTable(table);
  },
};

/** Files of one kind of record. What is known of a file never changes, so it stands beside its id. */
async function createEntries(schema: SchemaEditor, name: string, ownerColumn: string, owner: string): Promise<void> {
  await schema.createTable(name, (table) => {
    listTable(table, ownerColumn, owner);
    references(table, 'file_id', 'core.files', { onDelete: 'restrict', required: true });
    table.text('name').notNullable();
    table.text('type').notNullable();
    table.integer('size').notNullable();
  });
}
