import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** An import that somebody stopped: what went in before stays (state `cancelled`). */
export const letImportsStop: Migration = {
  name: '20261123105000_let-imports-stop',
  phase: 'expand',
  async up({ sql }) {
    await sql(`
      alter table core.imports
        drop constraint imports_state,
        add constraint imports_state check (state in ('draft', 'queued', 'running', 'done', 'failed', 'cancelled')) not valid`);
  },
  async down({ sql }) {
    await sql(`update core.imports set state = 'failed' where state = 'cancelled'`);
    await sql(`
      alter table core.imports
        drop constraint imports_state,
        add constraint imports_state check (state in ('draft', 'queued', 'running', 'done', 'failed')) not valid`);
  },
};
