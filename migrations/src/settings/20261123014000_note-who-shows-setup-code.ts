import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/** Which start shows the one-time code, and the process of it that tells whether it still runs. Null: a version before this one does. */
export const noteWhoShowsSetupCode: Migration = {
  name: '20261123014000_note-who-shows-setup-code',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      alter table core.setup_codes
        add column host text,
        add column pid integer,
        add column started_at timestamptz(3)`);
  },
  async down(step) {
    await step.sql('alter table core.setup_codes drop column host, drop column pid, drop column started_at');
  },
};
