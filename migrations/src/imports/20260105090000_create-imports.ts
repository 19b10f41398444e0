import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * Imports with the text of their files (UTF-8, in pieces), what was wrong with their rows, and references whose record had
 * not come yet. `rows_done` counts the rows done and moves in the transaction that writes them, so an import goes on after a crash.
 */
export const createImports: Migration = {
  name: '20260105090000_create-imports',
  phase: 'expand',
  async up({ schema, sql }) {
    await schema.createTable('imports', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.text('entity').notNullable();
      table.text('file_name').notNullable();
      table.integer('size_bytes').notNullable();
      table.text('delimiter').notNullable();
      table.textArray('header').notNullable();
      table.jsonb('mapping').notNullable();
      table.boolean('is_dry_run').notNullable();
      table.text('state').notNullable().defaultTo("'queued'");
      table.check('imports_state', "state in ('queued', 'running', 'done', 'failed')");
      table.integer('row_count').notNullable();
      table.integer('rows_done').notNullable().defaultTo('0');
      table.jsonb('totals').notNullable().defaultTo("'{}'");
      table.jsonb('failure');
      table.jsonb('actor').notNullable();
      table.uuid('created_by');
      table.uuid('change_set_id').notNullable();
      table.timestamp('created_at').notNullable().defaultTo('now()');
      table.timestamp('started_at');
      table.timestamp('finished_at');
      table.index(['created_by', 'id']);
    });
    await sql(`
      create table core.import_files (
        import_id uuid not null references core.imports (id) on delete cascade,
        position integer not null,
        text bytea not null,
        primary key (import_id, position)
      )`);
    await sql(`
      create table core.import_problems (
        import_id uuid not null references core.imports (id) on delete cascade,
        position bigint generated always as identity,
        line integer not null,
        column_name text,
        kind text not null check (kind in ('error', 'notice')),
        code text not null,
        message text not null,
        primary key (import_id, position)
      )`);
    await sql('create index import_problems_line on core.import_problems (import_id, kind, line)');
    await sql(`
      create table core.import_references (
        import_id uuid not null references core.imports (id) on delete cascade,
        position bigint generated always as identity,
        line integer not null,
        column_name text,
        entity text not null,
        record_id uuid not null,
        field text not null,
        target_entity text not null,
        key_kind text not null,
        key text not null,
        was_written boolean not null,
        primary key (import_id, position)
      )`);
  },
  async down({ schema }) {
    await schema.dropTable('import_references');
    await schema.dropTable('import_problems');
    await schema.dropTable('import_files');
    await schema.dropTable('imports');
  },
};
