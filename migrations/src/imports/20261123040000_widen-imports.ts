import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What kind of file an import came from, and the plan that somebody makes of its columns before anything is checked (state `draft`).
 * The kept text is UTF-8 CSV whatever the file was. Problems keep the cell they are about.
 */
export const widenImports: Migration = {
  name: '20261123040000_widen-imports',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      alter table core.imports
        add column format text not null default 'csv' check (format in ('csv', 'xlsx', 'vcard')),
        add column encoding text not null default 'utf-8',
        add column sheet text,
        add column plan jsonb,
        drop constraint imports_state,
        add constraint imports_state check (state in ('draft', 'queued', 'running', 'done', 'failed')) not valid`);
    await sql('alter table core.import_problems add column value text');
  },
  async down({ sql }) {
    await sql('alter table core.import_problems drop column value');
    await sql(`delete from core.imports where state = 'draft'`);
    await sql(`
      alter table core.imports
        drop column format, drop column encoding, drop column sheet, drop column plan,
        drop constraint imports_state,
        add constraint imports_state check (state in ('queued', 'running', 'done', 'failed'))`);
  },
};
